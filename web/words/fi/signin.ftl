provider-do = Kirjaudu: { $name }
provider-go-title = Siirryt kirjautumaan
provider-go-what = Kirjautuminen jatkuu palvelussa { $name }. Palaat sieltä tänne.
provider-go-do = Jatka: { $name }
provider-old = Kirjautuminen kesti liian kauan tai alkoi toisessa selaimessa. Aloita alusta.
provider-refused = { $name } ei kirjannut sinua sisään. Yritä uudelleen tai kirjaudu muulla tavalla.
provider-unreachable = { $name } ei juuri nyt vastaa. Yritä hetken kuluttua uudelleen tai kirjaudu muulla tavalla.
provider-untrue = Emme voineet varmistaa, mitä { $name } kertoi sinusta. Yritä uudelleen tai kirjaudu muulla tavalla.
provider-stranger-title = Tunnustasi ei ole vielä yhdistetty
provider-known-what = Sähköpostiosoitteellasi on jo tunnus Aukiossa. Kirjaudu siihen niin kuin ennenkin ja yhdistä { $name } omalla sivullasi. Sen jälkeen voit kirjautua sillä.
provider-unknown-what = Tällä kirjautumisella ei ole tunnusta Aukiossa. Kirjaudu tai rekisteröidy, ja yhdistä { $name } sitten omalla sivullasi.
provider-join-what = { $name } vahvisti osoitteesi { $email }. Kerro vielä, kuka olet, niin tunnuksesi on valmis.
providers-title = Kirjautuminen organisaation tunnuksella
providers-what = Kun yhdistät organisaatiosi tunnuksen, voit kirjautua sillä ilman Aukion salasanaa.
provider-since = Yhdistetty { $moment }
provider-link-do = Yhdistä: { $name }
provider-unlink-do = Poista yhteys
provider-confirm-do = Vahvista: { $name }
me-done-provider-linked = Organisaatiosi tunnus on yhdistetty. Voit kirjautua sillä.
me-done-provider-unlinked = Yhteys organisaatiosi tunnukseen on poistettu.
error-provider-old = Kirjautuminen kesti liian kauan tai alkoi muualla
error-provider-old-what = Palaa edelliselle sivulle ja aloita alusta samassa selaimessa.
error-provider-refused = Kirjautuminen keskeytyi
error-provider-refused-what = Organisaatiosi palvelu ei kirjannut sinua sisään. Yritä uudelleen tai käytä muuta tapaa.
error-provider-unreachable = Organisaation kirjautumispalvelu ei vastaa
error-provider-unreachable-what = Yritä hetken kuluttua uudelleen tai käytä muuta tapaa.
error-provider-untrue = Kirjautumista ei voitu varmistaa
error-provider-untrue-what = Emme voineet varmistaa, mitä organisaatiosi palvelu kertoi. Yritä uudelleen tai käytä muuta tapaa.
error-provider-taken = Kirjautuminen kuuluu toiseen tunnukseen
error-provider-taken-what = Tämä organisaation tunnus on yhdistetty johonkin toiseen Aukion tunnukseen. Poista yhteys ensin sieltä tai kirjaudu toisena.
error-provider-not-yours = Kirjautuminen ei ole sinun
error-provider-not-yours-what = Organisaatiosi palvelu vahvisti jonkun muun kuin sinut. Kirjaudu siellä omalla tunnuksellasi ja yritä uudelleen, tai vahvista muulla tavalla.
error-provider-weak = Tarvitsemme vielä koodin
error-provider-weak-what = Käytössäsi on kaksivaiheinen kirjautuminen, eikä organisaatiosi palvelu kysynyt toista vaihetta. Vahvista koodilla tai pääsyavaimella.
error-key-lost = Todennussovelluksia ei voi juuri nyt ottaa käyttöön
error-key-lost-what = Palvelun asetuksissa on vika. Kerro siitä ylläpidolle ja yritä myöhemmin uudelleen.
error-last-way = Tämä on ainoa tapasi kirjautua
error-last-way-what = Lisää ensin toinen tapa, esimerkiksi sähköpostiosoite. Sen jälkeen voit poistaa tämän.
audit-provider-linked = Yhdisti organisaation tunnuksen
audit-provider-unlinked = Poisti yhteyden organisaation tunnukseen
audit-provider-failed = Kirjautuminen organisaation tunnuksella epäonnistui

passkeys-title = Pääsyavaimet
passkeys-what = Pääsyavaimella kirjaudut sormenjäljellä, kasvoilla tai laitteesi PIN-koodilla ilman salasanaa. Se vastaa kaksivaiheista kirjautumista.
passkey-name = Pääsyavaimen nimi
passkey-name-hint = Nimi, josta tunnistat laitteen myöhemmin, esimerkiksi: Oma puhelin.
passkey-name-missing = Anna pääsyavaimelle nimi.
passkey-make-do = Luo pääsyavain
passkey-make-failed = Pääsyavainta ei luotu. Yritä uudelleen, kun laitteesi on valmiina.
passkey-since = Luotu { $moment }
passkey-elsewhere = Luotu palvelun aiemmassa osoitteessa, ei toimi enää
passkey-remove-do = Poista
passkey-do = Kirjaudu pääsyavaimella
passkey-do-what = Sormenjälki, kasvot tai laitteen PIN-koodi riittää.
passkey-confirm-do = Vahvista pääsyavaimella
passkey-failed = Pääsyavainta ei käytetty. Yritä uudelleen tai kirjaudu muulla tavalla.
passkey-no-script = Pääsyavain toimii vain, kun selaimessasi on JavaScript käytössä. Muut kirjautumistavat toimivat ilman sitä.
passkey-no-browser = Tämä selain ei osaa käyttää pääsyavaimia.
passkey-old = Kirjautuminen kesti liian kauan. Paina painiketta uudelleen.
passkey-wrong = Pääsyavain ei kelvannut. Ehkä se on poistettu tunnukseltasi. Kirjaudu muulla tavalla.
passkey-too-many = Sinulla on jo niin monta pääsyavainta kuin voi olla. Poista niistä ensin jokin.
error-passkey-old = Pääsyavaimen käyttö kesti liian kauan
error-passkey-old-what = Palaa edelliselle sivulle ja yritä uudelleen.
error-passkey-wrong = Pääsyavain ei kelvannut
error-passkey-wrong-what = Palaa edelliselle sivulle ja yritä uudelleen tai käytä muuta tapaa.
error-passkey-too-many = Pääsyavaimia on liikaa
error-passkey-too-many-what = Poista ensin jokin pääsyavaimistasi omalla sivullasi.
me-done-passkey-added = Pääsyavain on luotu. Voit kirjautua sillä.
me-done-passkey-removed = Pääsyavain on poistettu.
audit-passkey-added = Loi pääsyavaimen
audit-passkey-removed = Poisti pääsyavaimen
audit-passkey-failed = Pääsyavain ei kelvannut

way-back-title = Kadonnut todennussovellus
way-back-what = Kun jäseneltä ovat kadonneet sekä puhelin että varakoodit, voit poistaa hänen kaksivaiheisen kirjautumisensa. Se poistuu vuorokauden kuluttua, ja jäsen saa siitä heti viestin, jolla hän voi estää sen.
way-back-sure = Varmista ensin, että pyytäjä on se, joksi hän itseään sanoo: soita tai tapaa hänet. Samalla poistuvat pääsyavaimet ja salasana, ja kaikki istunnot päättyvät. Jäsen kirjautuu sen jälkeen sähköpostiin tulevalla linkillä.
way-back-email-hint = Jäsenen oma osoite Aukiossa.
way-back-reason = Syy
way-back-reason-hint = Kerro lyhyesti, miksi ja miten varmistit, kuka pyytää. Syy lähetetään jäsenelle.
way-back-reason-missing = Kirjoita syy.
way-back-nobody = Tällä osoitteella ei ole tunnusta. Tarkista osoite.
way-back-no-factor = Jäsenellä ei ole kaksivaiheista kirjautumista eikä pääsyavaimia, joten poistettavaa ei ole.
way-back-under-way = Poistaminen on jo käynnissä.
way-back-oneself = Omasi poistat omalla sivullasi.
way-back-do = Poista vuorokauden kuluttua
way-back-asked = Poistaminen on pantu vireille, ja jäsenelle on lähetetty viesti.
way-back-stopped = Poistaminen on estetty, ja kaksivaiheinen kirjautuminen jää käyttöön.
way-back-waiting = Odottavat poistot
way-back-none = Yhtään poistoa ei odota.
way-back-by = Pyysi { $name }
way-back-due = Poistuu
way-back-open = Kadonnut todennussovellus
factor-goes = Ylläpitäjä on pyytänyt, että kaksivaiheinen kirjautumisesi poistetaan. Se poistuu { $moment }. Jos et ole itse pyytänyt tätä, estä se nyt.
factor-keep-title = Säilytä kaksivaiheinen kirjautuminen
factor-keep-what = Kun painat painiketta, kaksivaiheinen kirjautumisesi jää käyttöön eikä mitään poisteta.
factor-keep-do = Estä poistaminen
factor-kept-then = Jos et pyytänyt poistamista itse, kerro asiasta palvelun ylläpidolle.
me-done-factor-kept = Kaksivaiheinen kirjautumisesi jää käyttöön.
audit-factor-removal-asked = Pyysi poistamaan kaksivaiheisen kirjautumisen
audit-factor-removal-stopped = Esti kaksivaiheisen kirjautumisen poistamisen
audit-factor-taken = Kaksivaiheinen kirjautuminen poistettiin pyynnöstä
way-in-code-set = Kaksivaiheinen kirjautuminen otettiin käyttöön.
way-in-code-removed = Kaksivaiheinen kirjautuminen poistettiin käytöstä.
way-in-recovery-codes = Varakoodit vaihdettiin uusiin.
way-in-passkey-added = Tunnuksellesi luotiin pääsyavain.
way-in-passkey-removed = Tunnukseltasi poistettiin pääsyavain.
way-in-provider-linked = Tunnukseesi yhdistettiin organisaation tunnus.
way-in-provider-unlinked = Tunnuksestasi poistettiin yhteys organisaation tunnukseen.
mail-way-in-changed-subject = Kirjautumistapasi ovat muuttuneet
mail-way-in-changed =
    Hei { $name },

    tapasi kirjautua Aukioon ovat muuttuneet:

    { $what }

    Jos teit tämän itse, sinun ei tarvitse tehdä mitään. Jos et tehnyt, ota heti yhteyttä palvelun ylläpitoon.
mail-factor-goes-subject = Kaksivaiheinen kirjautumisesi poistetaan
mail-factor-goes =
    Hei { $name },

    ylläpitäjä on pyytänyt, että kaksivaiheinen kirjautumisesi Aukiossa poistetaan. Se poistuu { $moment }. Samalla poistuvat pääsyavaimesi ja salasanasi, ja istuntosi päättyvät.

    Syy: { $reason }

    Jos pyysit tätä itse, sinun ei tarvitse tehdä mitään. Jos et pyytänyt, avaa linkki ja estä poistaminen:

    { $link }
mail-factor-gone-subject = Kaksivaiheinen kirjautumisesi on poistettu
mail-factor-gone =
    Hei { $name },

    kaksivaiheinen kirjautumisesi, pääsyavaimesi ja salasanasi Aukiossa on poistettu, ja istuntosi on päätetty. Pyydä kirjautumissivulla linkki sähköpostiisi. Sen jälkeen voit asettaa uuden salasanan ja ottaa kaksivaiheisen kirjautumisen taas käyttöön.

    { $link }

    Jos et pyytänyt tätä, ota heti yhteyttä palvelun ylläpitoon.
