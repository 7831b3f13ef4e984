search-title = Haku: { $query }
search-hits = { $n ->
    [one] 1 osuma
   *[other] { $n } osumaa
}
search-nothing = Haulla ei löytynyt mitään
search-nothing-what = Tarkista kirjoitusasu, kokeile perusmuotoa tai poista rajauksia. Voit myös kysyä verkostolta.
search-ask = Kysy verkostolta
search-what = Hae keskusteluista, viesteistä, asiakirjoista, työtiloista ja ihmisistä. Kirjautua ei tarvitse.
search-relaxed = Kaikkia sanoja ei löytynyt samasta tekstistä. Näytämme osumat, joissa on vain osa niistä.
search-meant = Tarkoititko
search-taken = Haulla ”{ $query }” ei löytynyt mitään. Näytämme osumat haulle
search-parts = Sanaa ei löytynyt kokonaisena, tai osumia oli vain vähän. Mukana ovat myös osumat, joissa on sanan osia.
search-sections = Myös kohdissa:
search-first = Ensimmäinen sivu
search-year = Vuosi
search-offers = Hakuehdotukset
search-offers-one = 1 ehdotus. Siirry siihen nuolinäppäimellä.
search-offers-some = { "{n}" } ehdotusta. Siirry niihin nuolinäppäimillä.
search-rebuilding = Hakemistoa rakennetaan juuri nyt, joten osumia voi puuttua.
search-filter = Rajaa
search-filters = Rajaukset
search-kind = Mitä
search-in = Missä
search-language = Kieli
search-remove = Poista rajaus: { $what }
hit-message = Viesti
hit-person = Jäsen
kind-space = Työtilat
kind-thread = Keskustelut
kind-message = Viestit
kind-document = Asiakirjat
kind-person = Ihmiset
sort = Järjestys
sort-best = Osuvimmat
sort-newest = Uusimmat
