thread = Diskussion
thread-open = Öppen
thread-read-only = Kan bara läsas
thread-members-only = I den här diskussionen skriver arbetsytans medlemmar. Gå med i arbetsytan för att svara.
thread-size = { $messages ->
    [one] 1 inlägg
   *[other] { $messages } inlägg
}, { $writers ->
    [one] 1 skribent
   *[other] { $writers } skribenter
}
thread-about = Om diskussionen
thread-about-document = Gäller dokumentet
thread-started = Inledd
thread-start = Starta en diskussion
thread-start-do = Starta diskussionen
thread-title = Rubrik
thread-title-hint = En fråga eller ett påstående som är lätt att svara på.
thread-first-message = Första inlägget
threads-what = Frågor, erfarenheter och förslag. Det nyaste inlägget är överst.
threads-empty = Det finns inga diskussioner ännu.
last-message = { $name }, { $when }
messages = Inlägg
order = Ordning
order-tree = Som träd
order-time = I tidsordning
previous-messages = Föregående inlägg
next-messages = Nästa inlägg
message-n = inlägg { $n }
message-replies-to = svar på inlägg { $n }
message-parent = { $name }, inlägg { $n }
message-link = Länk till inlägget
message-edited = redigerat
message-edit = Redigera inlägget
message-edit-hint = Den tidigare texten förblir synlig för alla i inläggets historik.
message-history = Inläggets historik
message-new = nytt
version-now = Nu, { $when }
version-then = { $when }
back-to-thread = Tillbaka till diskussionen
message-withdraw = Ta bort inlägget
message-withdraw-what = Inläggets text och historik försvinner för gott. En anteckning blir kvar, och svaren finns kvar.
message-withdrawn = Borttaget inlägg
withdraw = Ta bort
withdraw-reason-own = Orsak (frivillig)
withdraw-reason = Orsak
withdraw-reason-hint = Orsaken syns för alla på inläggets plats.
withdraw-needs-reason = Berätta varför du tar bort någon annans inlägg. Orsaken syns för alla.
withdrawn-by-author = Skribenten tog bort det här inlägget. Svaren finns kvar.
withdrawn-by-author-because = Skribenten tog bort det här inlägget. Orsak: { $reason }
withdrawn-by-care = Koordinatorn tog bort det här inlägget. Svaren finns kvar.
withdrawn-by-care-because = Koordinatorn tog bort det här inlägget. Orsak: { $reason }
reply = Svara
reply-to-thread = Svara i diskussionen
reply-to-everybody = Svara alla i stället
reply-hint = Inlägget är offentligt. Du kan formatera det med Markdown.
reply-closed-hint = Bara arbetsytans medlemmar ser inlägget. Du kan formatera det med Markdown.
reply-visitor-hint = Skriv i lugn och ro. Du loggar in när du skickar, och texten finns kvar.
register = Registrera dig
sign-in-and-reply = Logga in och svara
sign-in-and-start = Logga in och starta diskussionen
live-one = 1 nytt inlägg
live-many = { "{n}" } nya inlägg
live-elsewhere = Gå till det nyaste inlägget
presence = { $members ->
    [0] { presence-readers }
   *[other] { $readers ->
        [0] { presence-members }
       *[other] { presence-members } och { presence-readers }
    }
} är här
presence-members = { $members ->
    [one] 1 medlem
   *[other] { $members } medlemmar
}
presence-readers = { $readers ->
    [one] 1 läsare
   *[other] { $readers } läsare
}
typing-one = { $name } skriver…
typing-many = { $n } personer skriver…
