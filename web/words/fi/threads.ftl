thread = Keskustelu
thread-open = Avoin
thread-read-only = Vain luettavana
thread-members-only = Tähän keskusteluun kirjoittavat työtilan jäsenet. Liity työtilaan, niin voit vastata.
thread-size = { $messages ->
    [one] 1 viesti
   *[other] { $messages } viestiä
}, { $writers ->
    [one] 1 kirjoittaja
   *[other] { $writers } kirjoittajaa
}
thread-about = Tietoja keskustelusta
thread-about-document = Koskee asiakirjaa
thread-started = Aloitettu
thread-start = Aloita keskustelu
thread-start-do = Aloita keskustelu
thread-title = Otsikko
thread-title-hint = Kysymys tai väite, johon on helppo vastata.
thread-first-message = Ensimmäinen viesti
threads-what = Kysymyksiä, kokemuksia ja ehdotuksia. Uusin viesti on ylimpänä.
threads-empty = Keskusteluja ei ole vielä.
last-message = { $name }, { $when }
messages = Viestit
order = Järjestys
order-tree = Puuna
order-time = Aikajärjestyksessä
previous-messages = Edelliset viestit
next-messages = Seuraavat viestit
message-n = viesti { $n }
message-replies-to = vastaus viestiin { $n }
message-parent = { $name }, viesti { $n }
message-link = Linkki viestiin
message-edited = muokattu
message-edit = Muokkaa viestiä
message-edit-hint = Aiempi teksti jää kaikkien nähtäville viestin historiaan.
message-history = Viestin historia
message-new = uusi
version-now = Nyt, { $when }
version-then = { $when }
back-to-thread = Takaisin keskusteluun
message-withdraw = Poista viesti
message-withdraw-what = Viestin teksti ja historia poistuvat lopullisesti. Paikalle jää merkintä, ja vastaukset säilyvät.
message-withdrawn = Poistettu viesti
withdraw = Poista
withdraw-reason-own = Syy (ei pakollinen)
withdraw-reason = Syy
withdraw-reason-hint = Syy näkyy kaikille poistetun viestin paikalla.
withdraw-needs-reason = Kerro, miksi poistat toisen viestin. Syy näkyy kaikille.
withdrawn-by-author = Kirjoittaja poisti tämän viestin. Vastaukset ovat tallella.
withdrawn-by-author-because = Kirjoittaja poisti tämän viestin. Syy: { $reason }
withdrawn-by-care = Koordinaattori poisti tämän viestin. Vastaukset ovat tallella.
withdrawn-by-care-because = Koordinaattori poisti tämän viestin. Syy: { $reason }
reply = Vastaa
reply-to-thread = Vastaa keskusteluun
reply-to-everybody = Vastaa sen sijaan kaikille
reply-hint = Viesti on julkinen. Voit muotoilla sitä Markdownilla.
reply-closed-hint = Viestin näkevät vain työtilan jäsenet. Voit muotoilla sitä Markdownilla.
reply-visitor-hint = Kirjoita rauhassa. Kirjaudut lähettäessäsi, ja tekstisi säilyy.
register = Rekisteröidy
sign-in-and-reply = Kirjaudu ja vastaa
sign-in-and-start = Kirjaudu ja aloita keskustelu
live-one = 1 uusi viesti
live-many = { "{n}" } uutta viestiä
live-elsewhere = Siirry uusimpaan viestiin
presence = { $members ->
    [0] { presence-readers }
   *[other] { $readers ->
        [0] { presence-members }
       *[other] { presence-members } ja { presence-readers }
    }
} paikalla
presence-members = { $members ->
    [one] 1 jäsen
   *[other] { $members } jäsentä
}
presence-readers = { $readers ->
    [one] 1 lukija
   *[other] { $readers } lukijaa
}
typing-one = { $name } kirjoittaa…
typing-many = { $n } ihmistä kirjoittaa…
