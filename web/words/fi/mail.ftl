mail-farewell =
    Terveisin
    Aukio

    Tämä viesti lähti automaattisesti. Siihen ei voi vastata.

mail-confirm-subject = Vahvista sähköpostiosoitteesi
mail-confirm =
    Hei { $name },

    tervetuloa Aukioon. Avaa linkki ja paina painiketta, niin tunnuksesi on valmis:

    { $link }

    Linkki toimii kerran ja on voimassa vuorokauden. Jos et itse rekisteröitynyt, voit poistaa tämän viestin. Tunnusta ei silloin synny.

mail-already-a-member-subject = Olet jo Aukion jäsen
mail-already-a-member =
    Hei { $name },

    joku rekisteröityi Aukioon tällä osoitteella. Sinulla on jo tunnus, joten uutta ei tarvita. Kirjaudu tästä linkistä:

    { $link }

    Linkki toimii kerran ja on voimassa tunnin. Jos et itse rekisteröitynyt, sinun ei tarvitse tehdä mitään.

mail-sign-in-subject = Kirjautumislinkkisi
mail-sign-in =
    Hei { $name },

    tästä linkistä kirjaudut Aukioon:

    { $link }

    Linkki toimii kerran ja on voimassa tunnin. Jos et itse pyytänyt sitä, voit poistaa tämän viestin. Kukaan ei voi kirjautua tunnuksellasi ilman linkkiä.

mail-no-account-subject = Tällä osoitteella ei ole tunnusta
mail-no-account =
    Hei,

    joku yritti kirjautua Aukioon tällä osoitteella. Osoitteella ei ole tunnusta. Jos yrittäjä olit sinä, tarkista, oletko rekisteröitynyt toisella osoitteella. Voit myös rekisteröityä tästä:

    { $link }

    Jos se et ollut sinä, voit poistaa tämän viestin.

mail-confirm-address-subject = Vahvista uusi sähköpostiosoitteesi
mail-confirm-address =
    Hei,

    Aukion jäsen haluaa vaihtaa tämän sähköpostiosoitteekseen. Jos se olet sinä, avaa linkki ja paina painiketta:

    { $link }

    Linkki toimii kerran ja on voimassa vuorokauden. Jos se et ollut sinä, voit poistaa tämän viestin.

mail-address-taken-subject = Osoite on jo käytössä
mail-address-taken =
    Hei,

    Aukion jäsen yritti vaihtaa tämän sähköpostiosoitteekseen. Osoite kuuluu jo toiselle tunnukselle, joten mitään ei muutettu.

    Jos sinulla on kaksi tunnusta, sulje ensin toinen niistä omalla sivullasi.

mail-address-changed-subject = Sähköpostiosoitteesi on vaihdettu
mail-address-changed =
    Hei,

    tunnuksesi sähköpostiosoite Aukiossa on vaihdettu. Tähän osoitteeseen ei tule enää viestejä.

    Jos et itse vaihtanut osoitetta, ota heti yhteyttä palvelun ylläpitoon.

mail-password-changed-subject = Salasanasi on vaihdettu
mail-password-changed =
    Hei,

    tunnuksesi salasana Aukiossa on vaihdettu, ja muut istuntosi on päätetty.

    Jos et itse vaihtanut salasanaa, pyydä kirjautumissivulla linkki sähköpostiisi ja ota yhteyttä palvelun ylläpitoon.
