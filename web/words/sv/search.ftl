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
search-rebuilding = Indexet byggs om just nu, så träffar kan saknas.
search-filter = Avgränsa
search-filters = Avgränsningar
search-kind = Vad
search-in = Var
search-language = Språk
search-remove = Ta bort avgränsningen: { $what }
hit-message = Inlägg
hit-person = Medlem
previous-page = Föregående sida
kind-space = Arbetsytor
kind-thread = Diskussioner
kind-message = Inlägg
kind-document = Dokument
kind-person = Människor
sort = Ordning
sort-best = Bästa träffar
sort-newest = Nyaste
