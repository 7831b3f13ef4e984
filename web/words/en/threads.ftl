thread = Discussion
thread-open = Open
thread-read-only = Read only
thread-members-only = Only members of the workspace write in this discussion. Join the workspace to reply.
thread-size = { $messages ->
    [one] 1 message
   *[other] { $messages } messages
}, { $writers ->
    [one] 1 writer
   *[other] { $writers } writers
}
thread-about = About the discussion
thread-about-document = About the document
thread-started = Started
thread-start = Start a discussion
thread-start-do = Start the discussion
thread-title = Title
thread-title-hint = A question or claim that is easy to answer.
thread-first-message = First message
threads-what = Questions, experiences and suggestions. The latest message comes first.
threads-empty = There are no discussions yet.
last-message = { $name }, { $when }
messages = Messages
order = Order
order-tree = As a tree
order-time = By time
previous-messages = Previous messages
next-messages = Next messages
message-n = message { $n }
message-replies-to = reply to message { $n }
message-parent = { $name }, message { $n }
message-link = Link to the message
message-edited = edited
message-edit = Edit the message
message-edit-hint = The earlier text stays visible to all in the message’s history.
message-history = Message history
message-new = new
version-now = Now, { $when }
version-then = { $when }
back-to-thread = Back to the discussion
message-withdraw = Withdraw the message
message-withdraw-what = The text and history of the message are removed for good. A note stays in its place, and the replies remain.
message-withdrawn = Withdrawn message
withdraw = Withdraw
withdraw-reason-own = Reason (optional)
withdraw-reason = Reason
withdraw-reason-hint = Everybody sees the reason in place of the message.
withdraw-needs-reason = Say why you withdraw somebody else’s message. Everybody sees the reason.
withdrawn-by-author = The writer withdrew this message. The replies remain.
withdrawn-by-author-because = The writer withdrew this message. Reason: { $reason }
withdrawn-by-care = A coordinator withdrew this message. The replies remain.
withdrawn-by-care-because = A coordinator withdrew this message. Reason: { $reason }
reply = Reply
reply-to-thread = Reply to the discussion
reply-to-everybody = Reply to everybody instead
reply-hint = The message is public. You can format it with Markdown.
reply-closed-hint = Only members of the workspace see the message. You can format it with Markdown.
reply-visitor-hint = Take your time. You sign in when you send, and your text is safe.
register = Create account
sign-in-and-reply = Sign in and reply
sign-in-and-start = Sign in and start the discussion
live-one = 1 new message
live-many = { "{n}" } new messages
live-elsewhere = Go to the newest message
presence = { $members ->
    [0] { presence-readers }
   *[other] { $readers ->
        [0] { presence-members }
       *[other] { presence-members } and { presence-readers }
    }
} here
presence-members = { $members ->
    [one] 1 member
   *[other] { $members } members
}
presence-readers = { $readers ->
    [one] 1 reader
   *[other] { $readers } readers
}
typing-one = { $name } is writing…
typing-many = { $n } people are writing…
