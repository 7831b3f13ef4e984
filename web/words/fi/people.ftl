person-gone = Poistunut jäsen
person-name = Nimi
person-name-hint = Nimesi näkyy kaiken kirjoittamasi vieressä. Käytä omaa nimeäsi.
person-name-missing = Kirjoita nimesi.
person-email-missing = Kirjoita sähköpostiosoitteesi.
person-email = Sähköposti
person-email-hint = Osoite ei näy muille. Lähetämme siihen linkin, jolla vahvistat sen.
person-sector = Sektori
person-sector-hint = Mitä edustat verkostossa?
person-sector-none = Valitse sektori
person-sector-choose = Valitse luettelosta sektori, joka sopii parhaiten.
person-organisation = Organisaatio
person-organisation-hint = Esimerkiksi Kuhmoisten kunta. Jos osallistut kuntalaisena, kirjoita kotikuntasi. Voit jättää tyhjäksi.
person-language = Kieli
person-language-hint = Tällä kielellä saat viestit Aukiosta. Keskustella voit millä kielellä haluat.
person-password = Salasana
person-password-optional = Salasana (ei pakollinen)
person-hidden-until = Profiilisi pysyy piilossa, kunnes osallistut julkisesti.
person-data-how = Miten käsittelemme tietojasi

password-show = Näytä salasana
password-hint = Vähintään { $n } merkkiä. Muutaman sanan lause on helppo muistaa ja vaikea arvata. Välilyönnit kelpaavat.
password-common = Tämä salasana on helppo arvata. Keksi toinen, esimerkiksi muutaman sanan lause, jossa ei ole omaa nimeäsi.

sign-in-title = Kirjaudu
sign-in-heading = Kirjaudu, kun haluat osallistua
sign-in-text-kept = Kirjoittamasi teksti on tallella. Kun olet kirjautunut, palaat samaan kohtaan ja voit lähettää sen.
sign-in-email-hint = Sama osoite, jolla rekisteröidyit.
sign-in-password-hint = Jos et ole asettanut salasanaa, pyydä linkki sähköpostiisi.
sign-in-do = Kirjaudu sisään
sign-in-or = tai
sign-in-link-do = Lähetä minulle linkki
sign-in-link-what = Linkki kirjaa sinut sisään ilman salasanaa.
sign-in-new = Etkö ole vielä jäsen?
sign-in-no-password = Kirjoita salasana tai pyydä linkki sähköpostiisi.
sign-in-wrong = Sähköposti ja salasana eivät sovi yhteen. Tarkista ne tai pyydä linkki sähköpostiisi.
sign-in-not-needed = Et tarvitse tunnusta, kun
sign-in-not-needed-read = luet keskusteluja ja asiakirjoja
sign-in-not-needed-follow = seuraat keskustelua sitä mukaa kuin se etenee
sign-in-not-needed-search = haet mitä tahansa julkista
sign-in-needed = Tunnuksella
sign-in-needed-talk = keskustelet
sign-in-needed-write = kirjoitat asiakirjoja yhdessä muiden kanssa
sign-in-needed-found = perustat työryhmän
sign-out-do = Kirjaudu ulos

link-title = Kirjaudu sisään
link-text = Tällä linkillä kirjautuu { $name }. Paina painiketta, niin pääset jatkamaan.

register-title = Rekisteröidy
register-do = Rekisteröidy
register-heading = Tule mukaan verkostoon
register-what = Jäsenyys on maksuton. Tarvitsemme vain nimesi ja sähköpostiosoitteesi.
register-text-kept = Kirjoittamasi teksti on tallella. Kun olet rekisteröitynyt, palaat samaan kohtaan ja voit lähettää sen.
register-password-hint = Vähintään 15 merkkiä. Muutaman sanan lause on helppo muistaa ja vaikea arvata. Ilman salasanaa kirjaudut sähköpostiin tulevalla linkillä.
register-send = Lähetä vahvistuslinkki
register-terms = Rekisteröitymällä hyväksyt käyttöehdot.
register-known = Oletko jo jäsen?
register-then = Mitä sitten tapahtuu
register-then-mail = Saat sähköpostiisi linkin. Avaa se ja paina painiketta, niin tunnuksesi on valmis.
register-then-back = Palaat samaan kohtaan, josta lähdit.
register-then-name = Voit muuttaa tietojasi tai sulkea tunnuksesi milloin tahansa.

confirm-title = Vahvista sähköpostiosoitteesi
confirm-text = Tervetuloa, { $name }. Paina painiketta, niin tunnuksesi on valmis.
confirm-do = Vahvista ja jatka

sent-title = Katso sähköpostisi
sent-to = Lähetimme linkin osoitteeseen { $email }.
sent-works-an-hour = Linkki toimii kerran ja on voimassa tunnin.
sent-works-a-day = Linkki toimii kerran ja on voimassa vuorokauden.
sent-not-come = Eikö viestiä näy? Katso roskapostikansiosta ja tarkista, että osoite on oikein.
sent-again = Yritä uudelleen

first-title = Luo ensimmäinen ylläpitäjä
first-what = Ylläpitäjä perustaa verkoston ja pitää huolta palvelusta. Tämän sivun linkki toimii vain kerran.
first-do = Luo ylläpitäjä

email-confirm-title = Vahvista uusi sähköpostiosoite
email-confirm-text = Paina painiketta, niin osoitteeksesi vaihtuu { $email }.
email-confirm-do = Vaihda osoite

me-title = Oma sivu
me-profile = Julkinen profiilisi
me-done-profile = Tietosi on tallennettu.
me-done-email-sent = Lähetimme linkin uuteen osoitteeseen. Osoite vaihtuu, kun avaat linkin.
me-done-email = Sähköpostiosoitteesi on vaihdettu.
me-done-password = Salasana on vaihdettu. Muut istuntosi on päätetty.
me-done-session = Istunto on päätetty.
me-about = Tietoja sinusta
me-email-now = Osoitteesi on { $email }. Se ei näy muille.
me-email-new = Uusi sähköpostiosoite
me-email-hint = Lähetämme uuteen osoitteeseen linkin, jolla vahvistat sen.
me-email-do = Lähetä vahvistuslinkki
me-password-none = Sinulla ei ole salasanaa. Kirjaudut sähköpostiin tulevalla linkillä.
me-password-current = Nykyinen salasana
me-password-new = Uusi salasana
me-password-set = Aseta salasana
me-password-change = Vaihda salasana
me-password-what = Kun salasana vaihtuu, kaikki muut istuntosi päättyvät.
me-password-wrong = Salasana ei ole oikein. Kirjoita nykyinen salasanasi.
me-sessions = Missä olet kirjautuneena
me-sessions-what = Istunto päättyy, kun sitä ei ole käytetty 14 päivään, ja viimeistään 30 päivän kuluttua kirjautumisesta.
me-session-here = tämä selain
me-session-started = Kirjautunut { $moment }
me-session-seen = Käytetty viimeksi
me-session-end = Päätä istunto
me-sessions-end-others = Päätä kaikki muut istunnot
me-device-unknown = Tuntematon laite
me-close = Tunnuksen sulkeminen
me-close-more = Sulje tunnukseni
me-close-what = Suljettua tunnusta ei voi avata uudelleen.
me-close-what-name = Nimesi, sähköpostiosoitteesi ja muut tietosi poistetaan.
me-close-what-texts = Kirjoittamasi viestit ja asiakirjat jäävät, mutta niissä lukee ”Poistunut jäsen”.
me-close-what-end = Eroat kaikista työtiloista, ja kaikki istuntosi päättyvät.
me-close-password = Vahvista kirjoittamalla salasanasi
me-close-name = Vahvista kirjoittamalla nimesi: { $name }
me-close-name-wrong = Nimi ei ole sama. Kirjoita nimesi täsmälleen niin kuin se on yllä.
me-close-do = Sulje tunnus pysyvästi

people-what = Luettelossa näkyvät ne, jotka ovat osallistuneet julkisesti.
people-narrow = Rajaa jäseniä
people-narrow-do = Rajaa
people-narrow-none = Näytä kaikki
people-none = Kukaan ei ole vielä osallistunut. Jäsen tulee luetteloon, kun hän kirjoittaa ensimmäisen viestinsä.
people-none-do = Avaa keskustelut
people-none-here = Tällä rajauksella ei löytynyt ketään.
people-first-page = Alkuun

profile-edit = Muokkaa tietojasi
profile-only-you = Vain sinä näet tämän sivun. Se avautuu muille, kun osallistut julkisesti.
profile-language = Kieli
profile-since = Mukana alkaen
profile-spaces = Työtilat
profile-no-spaces = Ei vielä työtiloja, jotka voisit nähdä.

code-title = Vielä koodi
code-label = Koodi
code-hint = Kuusi numeroa todennussovelluksesta, tai yksi varakoodeistasi.
code-lost = Onko puhelimesi kadonnut? Kirjoita jokin varakoodeistasi. Jos niitäkään ei ole, ota yhteyttä ylläpitoon.
code-wrong = Koodi ei kelpaa. Katso sovelluksesta uusi koodi: jokainen toimii vain kerran ja puoli minuuttia.

prove-title = Vahvista, että se olet sinä
prove-what = Tämä toiminto koskee tiliäsi tai muiden asioita, joten varmistamme ensin, että selaimen äärellä olet sinä. Vahvistus riittää vartiksi.
prove-password-hint = Salasana, jolla kirjaudut Aukioon.
prove-do = Vahvista
prove-link-what = Sinulla ei ole salasanaa, joten lähetämme linkin osoitteeseen { $email }. Linkistä palaat samaan kohtaan.

factor-title = Kaksivaiheinen kirjautuminen
factor-what = Kun kirjaudut, kysymme salasanan lisäksi koodin puhelimesi todennussovelluksesta. Silloin pelkkä salasana ei avaa tiliäsi.
factor-due = Koordinaattoreilta ja ylläpitäjiltä vaaditaan kaksivaiheinen kirjautuminen, koska he huolehtivat myös muiden asioista. Ota se nyt käyttöön, niin pääset jatkamaan.
factor-begin = Ota käyttöön
factor-change = Varakoodit ja poistaminen
factor-is-set = Kaksivaiheinen kirjautuminen on käytössä.
factor-first = 1. Lisää Aukio todennussovellukseen
factor-first-what = Avaa puhelimesi todennussovellus ja lue sillä kuva. Mikä tahansa todennussovellus käy.
factor-picture = QR-kuva todennussovellusta varten. Sama avain on kuvan alla tekstinä.
factor-secret = Jos et voi lukea kuvaa, kirjoita sovellukseen tämä avain:
factor-second = 2. Kirjoita koodi
factor-code-hint = Kuusi numeroa, jotka sovellus nyt näyttää.
factor-set-do = Ota käyttöön
factor-remove = Poista käytöstä
factor-remove-what = Sen jälkeen kirjaudut ilman koodia. Jos olet koordinaattori tai ylläpitäjä, sinun täytyy ottaa koodi uudelleen käyttöön ennen kuin jatkat tehtävääsi.
factor-remove-hint = Ilman koodia salasanassa on oltava vähintään 15 merkkiä.
factor-remove-do = Poista kaksivaiheinen kirjautuminen
factor-password-short = Salasanasi on liian lyhyt ainoaksi suojaksi. Vaihda se ensin sellaiseen, jossa on vähintään { $n } merkkiä.

recovery-title = Varakoodit
recovery-keep = Kirjoita koodit muistiin tai tulosta ne. Emme näytä niitä enää uudelleen.
recovery-what = Varakoodilla kirjaudut, jos puhelimesi ei ole käsillä. Jokainen koodi toimii kerran.
recovery-left = { $n ->
    [0] Sinulla ei ole enää varakoodeja.
    [one] Sinulla on yksi varakoodi jäljellä.
   *[other] Sinulla on { $n } varakoodia jäljellä.
 }
recovery-new-do = Tee uudet varakoodit
recovery-kept = Koodit ovat tallessa, jatka

me-back = Palaa omalle sivulle
me-done-code-removed = Kaksivaiheinen kirjautuminen on poistettu käytöstä.

audit-title = Tapahtumaloki
audit-what = Kirjautumiset, epäonnistuneet yritykset, roolien muutokset ja muut turvallisuuden kannalta tärkeät teot. Lokia ei voi muuttaa, ja rivit säilyvät kaksi vuotta.
audit-number = Nro
audit-when = Milloin
audit-who = Kuka
audit-deed = Mitä
audit-about = Tarkemmin
audit-place = Mistä
audit-nobody = Ei tiedossa
audit-place-this-machine = palvelimelta
audit-place-inside = sisäverkosta
audit-place-ipv4 = internetistä (IPv4)
audit-place-ipv6 = internetistä (IPv6)
audit-place-program = ohjelma itse
audit-signed-in = Kirjautui sisään
audit-sign-in-failed = Väärä salasana
audit-sign-in-slowed = Kirjautumisyrityksiä hidastettiin
audit-code-failed = Väärä koodi
audit-signed-out = Kirjautui ulos
audit-session-ended = Päätti istunnon
audit-confirmed = Vahvisti henkilöllisyytensä
audit-confirm-failed = Vahvistus epäonnistui
audit-account-made = Rekisteröityi
audit-account-closed = Sulki tilinsä
audit-administrator-made = Ylläpitäjä luotiin
audit-password-changed = Vaihtoi salasanan
audit-address-changed = Vaihtoi sähköpostiosoitteen
audit-second-factor-set = Otti käyttöön kaksivaiheisen kirjautumisen
audit-second-factor-removed = Poisti kaksivaiheisen kirjautumisen
audit-recovery-codes-made = Teki uudet varakoodit
audit-recovery-code-used = Käytti varakoodin
audit-role-given = Antoi roolin
audit-member-removed = Poisti jäsenen
audit-denied = Oikeus puuttui
audit-old-rows-gone = Yli kaksi vuotta vanhat rivit poistettiin
