search-title = Search: { $query }
search-hits = { $n ->
    [one] 1 hit
   *[other] { $n } hits
}
search-nothing = The search found nothing
search-nothing-what = Check the spelling, try the basic form or remove filters. You can also ask the network.
search-ask = Ask the network
search-what = Search discussions, messages, documents, workspaces and people. No need to sign in.
search-relaxed = Not all words were found in one place. These hits have only some of them.
search-meant = Did you mean
search-taken = Nothing was found for “{ $query }”. These are hits for
search-parts = The word was not found as a whole, or only in a few places. Hits with parts of it are included.
search-sections = Also in the sections:
search-first = First page
search-year = Year
search-offers = Search suggestions
search-offers-one = 1 suggestion. Go to it with the arrow key.
search-offers-some = { "{n}" } suggestions. Go to them with the arrow keys.
search-rebuilding = The index is being rebuilt right now, so hits may be missing.
search-filter = Filter
search-filters = Filters
search-kind = What
search-in = Where
search-language = Language
search-remove = Remove filter: { $what }
hit-message = Message
hit-person = Member
kind-space = Workspaces
kind-thread = Discussions
kind-message = Messages
kind-document = Documents
kind-person = People
sort = Order
sort-best = Best match
sort-newest = Newest
