search-title = Sökning: { $query }
search-hits = { $n ->
    [one] 1 träff
   *[other] { $n } träffar
}
search-nothing = Sökningen gav inga träffar
search-nothing-what = Kontrollera stavningen, prova grundformen eller ta bort avgränsningar. Du kan också fråga nätverket.
search-ask = Fråga nätverket
search-what = Sök bland diskussioner, inlägg, dokument, arbetsytor och människor. Du behöver inte logga in.
search-relaxed = Alla ord fanns inte på samma ställe. Vi visar träffar som bara har en del av dem.
search-meant = Menade du
search-taken = Sökningen ”{ $query }” gav inga träffar. Vi visar träffar för
search-parts = Ordet hittades inte som helhet, eller bara på några få ställen. Här är också träffar med delar av det.
search-sections = Också i avsnitten:
search-first = Första sidan
search-year = År
search-offers = Sökförslag
search-offers-one = 1 förslag. Gå till det med piltangenten.
search-offers-some = { "{n}" } förslag. Gå till dem med piltangenterna.
search-rebuilding = Sökindexet byggs om just nu, så träffar kan saknas.
search-filter = Avgränsa
search-filters = Avgränsningar
search-kind = Vad
search-in = Var
search-language = Språk
search-remove = Ta bort avgränsningen: { $what }
hit-message = Inlägg
hit-person = Medlem
kind-space = Arbetsytor
kind-thread = Diskussioner
kind-message = Inlägg
kind-document = Dokument
kind-person = Människor
sort = Ordning
sort-best = Mest relevanta
sort-newest = Nyaste
