person-gone = Former member
person-name = Name
person-name-hint = Your name is shown beside everything you write. Use your own name.
person-name-missing = Write your name.
person-email-missing = Write your email address.
person-email = Email
person-email-hint = Others do not see your address. We send a link to it so that you can confirm it.
person-sector = Sector
person-sector-hint = What do you represent in the network?
person-sector-none = Choose a sector
person-sector-choose = Choose the sector in the list that fits best.
person-organisation = Organisation
person-organisation-hint = For example: Municipality of Kuhmoinen. If you take part as a resident, write your home municipality. You can leave this empty.
person-language = Language
person-language-hint = Mail from Aukio comes in this language. You can discuss in any language you like.
person-password = Password
person-password-optional = Password (optional)
person-hidden-until = Your profile stays hidden until you take part in public.
person-data-how = How we handle your data

password-show = Show password
password-hint = At least { $n } characters. A phrase of a few words is easy to remember and hard to guess. Spaces are fine.
password-common = This password is easy to guess. Choose another one, for example a phrase of a few words without your own name.

sign-in-title = Sign in
sign-in-heading = Sign in when you want to take part
sign-in-text-kept = The text you wrote is safe. Once you have signed in, you come back to the same place and can send it.
sign-in-email-hint = The address you registered with.
sign-in-password-hint = If you have not set a password, ask for a link by email.
sign-in-do = Sign in
sign-in-or = or
sign-in-link-do = Send me a link
sign-in-link-what = The link signs you in without a password.
sign-in-new = Not a member yet?
sign-in-no-password = Type your password, or ask for a link by email.
sign-in-wrong = The email address and the password do not match. Check them, or ask for a link by email.
sign-in-not-needed = You need no account when you
sign-in-not-needed-read = read discussions and documents
sign-in-not-needed-follow = follow a discussion live
sign-in-not-needed-search = search everything public
sign-in-needed = With an account you
sign-in-needed-talk = discuss
sign-in-needed-write = write documents together with others
sign-in-needed-found = start a working group
sign-out-do = Sign out

link-title = Sign in
link-text = This link signs in { $name }. Press the button to continue.

register-title = Create an account
register-do = Create an account
register-heading = Join the network
register-what = Membership is free. All we need is your name and your email address.
register-text-kept = The text you wrote is safe. Once you have created an account, you come back to the same place and can send it.
register-password-hint = At least 15 characters. A phrase of a few words is easy to remember and hard to guess. Without a password you sign in with a link that comes by email.
register-send = Send the confirmation link
register-terms = By creating an account you accept the terms of use.
register-known = Already a member?
register-then = What happens next
register-then-mail = You get a link by email. Open it and press the button, and your account is ready.
register-then-back = You come back to the place you left.
register-then-name = You can change your details or close your account at any time.

confirm-title = Confirm your email address
confirm-text = Welcome, { $name }. Press the button and your account is ready.
confirm-do = Confirm and continue

sent-title = Check your email
sent-to = We sent a link to { $email }.
sent-works-an-hour = The link works once and is valid for one hour.
sent-works-a-day = The link works once and is valid for one day.
sent-not-come = Nothing there? Look in your spam folder and check that the address is right.
sent-again = Try again

first-title = Create the first administrator
first-what = The administrator founds the network and takes care of the service. The link to this page works only once.
first-do = Create the administrator

email-confirm-title = Confirm your new email address
email-confirm-text = Press the button and your address changes to { $email }.
email-confirm-do = Change the address

me-title = My page
me-profile = Your public profile
me-done-profile = Your details are saved.
me-done-email-sent = We sent a link to the new address. The address changes when you open the link.
me-done-email = Your email address has been changed.
me-done-password = The password has been changed. Your other sessions have ended.
me-done-session = The session has ended.
me-about = About you
me-email-now = Your address is { $email }. Others do not see it.
me-email-new = New email address
me-email-hint = We send a link to the new address so that you can confirm it.
me-email-do = Send the confirmation link
me-password-none = You have no password. You sign in with a link that comes by email.
me-password-current = Current password
me-password-new = New password
me-password-set = Set a password
me-password-change = Change the password
me-password-what = When the password changes, all your other sessions end.
me-password-wrong = The password is wrong. Type your current password.
me-sessions = Where you are signed in
me-sessions-what = A session ends when it has not been used for 14 days, and at the latest 30 days after signing in.
me-session-here = this browser
me-session-started = Signed in { $moment }
me-session-seen = Last used
me-session-end = End the session
me-sessions-end-others = End all other sessions
me-device-unknown = Unknown device
me-close = Closing the account
me-close-more = Close my account
me-close-what = A closed account cannot be opened again.
me-close-what-name = Your name, your email address and your other details are deleted.
me-close-what-texts = The messages and documents you wrote stay, under “Former member”.
me-close-what-end = You leave all workspaces, and all your sessions end.
me-close-password = Confirm by typing your password
me-close-name = Confirm by typing your name: { $name }
me-close-name-wrong = The name is not the same. Type your name exactly as it stands above.
me-close-do = Close the account permanently

people-what = The list shows those who have taken part in public.
people-narrow = Filter members
people-narrow-do = Filter
people-narrow-none = Show all
people-none = Nobody has taken part yet. Members appear here when they write their first message.
people-none-do = Open the discussions
people-none-here = Nobody was found with this filter.
people-first-page = Back to the start

profile-edit = Edit your details
profile-only-you = Only you see this page. It opens to others when you take part in public.
profile-language = Language
profile-since = Taking part since
profile-spaces = Workspaces
profile-no-spaces = No workspaces yet that you can see.

code-title = One code more
code-label = Code
code-hint = Six digits from your authenticator app, or one of your recovery codes.
code-lost = Lost your phone? Type one of your recovery codes. If you have none left, contact the administrator.
code-wrong = The code is not accepted. Look up a new one in the app: each works only once, for half a minute.

prove-title = Confirm that it is you
prove-what = This concerns your account or other people’s affairs, so we first make sure that it is you at the browser. A confirmation lasts a quarter of an hour.
prove-password-hint = The password you sign in to Aukio with.
prove-do = Confirm
prove-link-what = You have no password, so we send a link to { $email }. The link brings you back to the same place.

factor-title = Two-step sign-in
factor-what = When you sign in, we ask for a code from the authenticator app on your phone as well as your password. The password alone then opens nothing.
factor-due = Coordinators and administrators must sign in with two steps, because they take care of other people’s affairs too. Set it up now and you can go on.
factor-begin = Set up
factor-change = Recovery codes and removal
factor-is-set = Two-step sign-in is on.
factor-first = 1. Add Aukio to your authenticator app
factor-first-what = Open the authenticator app on your phone and scan the picture. Any authenticator app will do.
factor-picture = QR code for the authenticator app. The same key stands below as text.
factor-secret = If you cannot scan the picture, type this key into the app:
factor-second = 2. Type the code
factor-code-hint = The six digits that the app shows now.
factor-set-do = Turn on
factor-remove = Turn off
factor-remove-what = After that you sign in without a code. If you are a coordinator or an administrator, you have to turn it on again before you go on with your task.
factor-remove-hint = Without a code, the password needs at least 15 characters.
factor-remove-do = Turn off two-step sign-in
factor-password-short = Your password is too short to stand alone. First change it to one of at least { $n } characters.

recovery-title = Recovery codes
recovery-keep = Write the codes down or print them. We do not show them again.
recovery-what = A recovery code signs you in when your phone is not at hand. Each works once.
recovery-left = { $n ->
    [0] You have no recovery codes left.
    [one] You have one recovery code left.
   *[other] You have { $n } recovery codes left.
 }
recovery-new-do = Make new recovery codes
recovery-kept = The codes are safe, go on

me-back = Back to my page
me-done-code-removed = Two-step sign-in is off.

audit-title = Audit log
audit-what = Sign-ins, failed tries, changes of roles and other acts that matter for security. The log cannot be changed, and its rows are kept for two years.
audit-number = No.
audit-when = When
audit-who = Who
audit-deed = What
audit-about = Details
audit-place = From where
audit-nobody = Not known
audit-place-this-machine = this server
audit-place-inside = the internal network
audit-place-ipv4 = the internet (IPv4)
audit-place-ipv6 = the internet (IPv6)
audit-place-program = the program itself
audit-signed-in = Signed in
audit-sign-in-failed = Wrong password
audit-sign-in-slowed = Sign-in tries were slowed down
audit-code-failed = Wrong code
audit-signed-out = Signed out
audit-session-ended = Ended a session
audit-confirmed = Confirmed who they are
audit-confirm-failed = Failed to confirm
audit-account-made = Joined
audit-account-closed = Closed the account
audit-administrator-made = An administrator was made
audit-password-changed = Changed the password
audit-address-changed = Changed the e-mail address
audit-second-factor-set = Turned on two-step sign-in
audit-second-factor-removed = Turned off two-step sign-in
audit-recovery-codes-made = Made new recovery codes
audit-recovery-code-used = Used a recovery code
audit-role-given = Gave a role
audit-member-removed = Removed a member
audit-denied = Had no right
audit-old-rows-gone = Rows older than two years were let go
