provider-do = Logga in: { $name }
provider-go-title = Du går vidare för att logga in
provider-go-what = Inloggningen fortsätter hos { $name }. Därifrån kommer du tillbaka hit.
provider-go-do = Fortsätt: { $name }
provider-old = Inloggningen tog för lång tid eller började i en annan webbläsare. Börja om.
provider-refused = { $name } loggade inte in dig. Försök igen eller logga in på ett annat sätt.
provider-unreachable = { $name } svarar inte just nu. Försök igen om en stund eller logga in på ett annat sätt.
provider-untrue = Vi kunde inte bekräfta det som { $name } berättade om dig. Försök igen eller logga in på ett annat sätt.
provider-stranger-title = Ditt konto är inte kopplat ännu
provider-known-what = Din e-postadress har redan ett konto i Aukio. Logga in på det som förut och koppla { $name } på din sida. Sedan kan du logga in med det.
provider-unknown-what = Den här inloggningen har inget konto i Aukio. Logga in eller registrera dig, och koppla sedan { $name } på din sida.
provider-join-what = { $name } bekräftade din adress { $email }. Berätta ännu vem du är, så är ditt konto klart.
providers-title = Inloggning med organisationens konto
providers-what = När du kopplar din organisations konto kan du logga in med det utan lösenord i Aukio.
provider-since = Kopplat { $moment }
provider-link-do = Koppla: { $name }
provider-unlink-do = Ta bort kopplingen
provider-confirm-do = Bekräfta: { $name }
me-done-provider-linked = Din organisations konto är kopplat. Du kan logga in med det.
me-done-provider-unlinked = Kopplingen till din organisations konto är borttagen.
error-provider-old = Inloggningen tog för lång tid eller började någon annanstans
error-provider-old-what = Gå tillbaka till föregående sida och börja om i samma webbläsare.
error-provider-refused = Inloggningen avbröts
error-provider-refused-what = Din organisations tjänst loggade inte in dig. Försök igen eller använd ett annat sätt.
error-provider-unreachable = Organisationens inloggningstjänst svarar inte
error-provider-unreachable-what = Försök igen om en stund eller använd ett annat sätt.
error-provider-untrue = Inloggningen kunde inte bekräftas
error-provider-untrue-what = Vi kunde inte bekräfta det som din organisations tjänst berättade. Försök igen eller använd ett annat sätt.
error-provider-taken = Inloggningen hör till ett annat konto
error-provider-taken-what = Organisationens konto är kopplat till ett annat konto i Aukio. Ta först bort kopplingen där eller logga in som någon annan.
error-provider-not-yours = Inloggningen är inte din
error-provider-not-yours-what = Din organisations tjänst bekräftade någon annan än dig. Logga in där med ditt eget konto och försök igen, eller bekräfta på ett annat sätt.
error-provider-weak = Vi behöver ännu en kod
error-provider-weak-what = Du har inloggning i två steg, och din organisations tjänst bad inte om det andra steget. Bekräfta med koden eller en inloggningsnyckel.
error-key-lost = Autentiseringsappar kan inte tas i bruk just nu
error-key-lost-what = Det är ett fel i tjänstens inställningar. Berätta det för administratören och försök igen senare.
error-last-way = Det här är ditt enda sätt att logga in
error-last-way-what = Lägg först till ett annat sätt, till exempel en e-postadress. Sedan kan du ta bort det här.
audit-provider-linked = Kopplade organisationens konto
audit-provider-unlinked = Tog bort kopplingen till organisationens konto
audit-provider-failed = Inloggning med organisationens konto misslyckades

passkeys-title = Inloggningsnycklar
passkeys-what = Med en inloggningsnyckel loggar du in med fingeravtryck, ansikte eller enhetens PIN-kod, utan lösenord. Det motsvarar inloggning i två steg.
passkey-name = Nyckelns namn
passkey-name-hint = Ett namn som du känner igen enheten på senare, till exempel: Min telefon.
passkey-name-missing = Ge nyckeln ett namn.
passkey-make-do = Skapa en inloggningsnyckel
passkey-make-failed = Ingen inloggningsnyckel skapades. Försök igen när din enhet är redo.
passkey-since = Skapad { $moment }
passkey-elsewhere = Skapad på tjänstens tidigare adress, fungerar inte längre
passkey-remove-do = Ta bort
passkey-do = Logga in med inloggningsnyckel
passkey-do-what = Fingeravtryck, ansikte eller enhetens PIN-kod räcker.
passkey-confirm-do = Bekräfta med inloggningsnyckel
passkey-failed = Inloggningsnyckeln användes inte. Försök igen eller logga in på ett annat sätt.
passkey-no-script = Inloggningsnycklar fungerar bara när JavaScript är på i din webbläsare. De andra sätten att logga in fungerar utan det.
passkey-no-browser = Den här webbläsaren kan inte använda inloggningsnycklar.
passkey-old = Inloggningen tog för lång tid. Tryck på knappen igen.
passkey-wrong = Inloggningsnyckeln godtogs inte. Den kan ha tagits bort från ditt konto. Logga in på ett annat sätt.
passkey-too-many = Du har redan så många inloggningsnycklar som det går att ha. Ta först bort någon av dem.
error-passkey-old = Det tog för lång tid med inloggningsnyckeln
error-passkey-old-what = Gå tillbaka till föregående sida och försök igen.
error-passkey-wrong = Nyckeln godtogs inte
error-passkey-wrong-what = Gå tillbaka till föregående sida och försök igen eller använd ett annat sätt.
error-passkey-too-many = Det finns för många inloggningsnycklar
error-passkey-too-many-what = Ta först bort någon av dina inloggningsnycklar på din sida.
me-done-passkey-added = Nyckeln har skapats. Du kan logga in med den.
me-done-passkey-removed = Nyckeln har tagits bort.
audit-passkey-added = Skapade en inloggningsnyckel
audit-passkey-removed = Tog bort en inloggningsnyckel
audit-passkey-failed = En nyckel godtogs inte

way-back-title = Förlorad autentiseringsapp
way-back-what = När en medlem har förlorat både telefonen och reservkoderna kan du ta bort inloggningen i två steg för medlemmen. Den tas bort efter ett dygn, och medlemmen får genast ett meddelande som kan stoppa det.
way-back-sure = Kontrollera först att den som ber är den hen säger sig vara: ring eller träffa hen. Samtidigt försvinner inloggningsnycklarna och lösenordet, och alla sessioner avslutas. Därefter loggar medlemmen in med en länk per e-post.
way-back-email-hint = Medlemmens egen adress i Aukio.
way-back-reason = Orsak
way-back-reason-hint = Berätta kort varför, och hur du kontrollerade vem som ber. Orsaken skickas till medlemmen.
way-back-reason-missing = Skriv en orsak.
way-back-nobody = Adressen har inget konto. Kontrollera adressen.
way-back-no-factor = Medlemmen har varken inloggning i två steg eller inloggningsnycklar, så det finns inget att ta bort.
way-back-under-way = Borttagningen pågår redan.
way-back-oneself = Din egen tar du bort på din sida.
way-back-do = Ta bort efter ett dygn
way-back-asked = Borttagningen har inletts och medlemmen har fått ett meddelande.
way-back-stopped = Borttagningen har stoppats, och inloggningen i två steg är kvar.
way-back-waiting = Borttagningar som väntar
way-back-none = Inga borttagningar väntar.
way-back-by = Begärd av { $name }
way-back-due = Tas bort
way-back-open = Förlorad autentiseringsapp
factor-goes = En administratör har bett att din inloggning i två steg tas bort. Den tas bort { $moment }. Om du inte själv har bett om det, stoppa det nu.
factor-keep-title = Behåll inloggning i två steg
factor-keep-what = När du trycker på knappen blir din inloggning i två steg kvar och inget tas bort.
factor-keep-do = Stoppa borttagningen
factor-kept-then = Om du inte själv bad om borttagningen, berätta det för tjänstens administratörer.
me-done-factor-kept = Din inloggning i två steg är kvar.
audit-factor-removal-asked = Begärde att inloggning i två steg tas bort
audit-factor-removal-stopped = Stoppade borttagningen av inloggning i två steg
audit-factor-taken = Inloggning i två steg togs bort på begäran
way-in-code-set = Inloggning i två steg togs i bruk.
way-in-code-removed = Inloggning i två steg togs ur bruk.
way-in-recovery-codes = Reservkoderna byttes ut mot nya.
way-in-passkey-added = En inloggningsnyckel skapades för ditt konto.
way-in-passkey-removed = En inloggningsnyckel togs bort från ditt konto.
way-in-provider-linked = En organisations konto kopplades till ditt konto.
way-in-provider-unlinked = Kopplingen mellan ditt konto och en organisations konto togs bort.
mail-way-in-changed-subject = Dina sätt att logga in har ändrats
mail-way-in-changed =
    Hej { $name },

    dina sätt att logga in i Aukio har ändrats:

    { $what }

    Om du själv gjorde ändringen behöver du inte göra något. Om du inte gjorde den, kontakta genast tjänstens administratörer.
mail-factor-goes-subject = Din inloggning i två steg tas bort
mail-factor-goes =
    Hej { $name },

    en administratör har bett att din inloggning i två steg i Aukio tas bort. Den tas bort { $moment }. Samtidigt försvinner dina inloggningsnycklar och ditt lösenord, och dina sessioner avslutas.

    Orsak: { $reason }

    Om du själv bad om det behöver du inte göra något. Om du inte gjorde det, öppna länken och stoppa borttagningen:

    { $link }
mail-factor-gone-subject = Din inloggning i två steg har tagits bort
mail-factor-gone =
    Hej { $name },

    din inloggning i två steg, dina inloggningsnycklar och ditt lösenord i Aukio har tagits bort, och dina sessioner har avslutats. Be om en länk till din e-post på inloggningssidan. Därefter kan du välja ett nytt lösenord och ta inloggning i två steg i bruk igen.

    { $link }

    Om du inte bad om det här, kontakta genast tjänstens administratörer.
