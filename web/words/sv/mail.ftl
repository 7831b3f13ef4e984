mail-farewell =
    Hälsningar
    Aukio

    Det här meddelandet skickades automatiskt. Det går inte att svara på det.

mail-confirm-subject = Bekräfta din e-postadress
mail-confirm =
    Hej { $name },

    välkommen till Aukio. Öppna länken och tryck på knappen så är ditt konto klart:

    { $link }

    Länken fungerar en gång och gäller i ett dygn. Om du inte har registrerat dig kan du radera det här meddelandet. Då skapas inget konto.

mail-already-a-member-subject = Du är redan medlem i Aukio
mail-already-a-member =
    Hej { $name },

    någon registrerade sig i Aukio med den här adressen. Du har redan ett konto och behöver inget nytt. Den här länken loggar in dig:

    { $link }

    Länken fungerar en gång och gäller i en timme. Om det inte var du behöver du inte göra något.

mail-sign-in-subject = Din inloggningslänk
mail-sign-in =
    Hej { $name },

    med den här länken loggar du in i Aukio:

    { $link }

    Länken fungerar en gång och gäller i en timme. Om du inte bad om den kan du radera det här meddelandet. Ingen kommer in på ditt konto utan länken.

mail-no-account-subject = Adressen har inget konto
mail-no-account =
    Hej,

    någon försökte logga in i Aukio med den här adressen. Adressen har inget konto. Om det var du, kontrollera om du har registrerat dig med en annan adress. Du kan också registrera dig här:

    { $link }

    Om det inte var du kan du radera det här meddelandet.

mail-confirm-address-subject = Bekräfta din nya e-postadress
mail-confirm-address =
    Hej,

    en medlem i Aukio vill byta till den här e-postadressen. Om det är du, öppna länken och tryck på knappen:

    { $link }

    Länken fungerar en gång och gäller i ett dygn. Om det inte var du kan du radera det här meddelandet.

mail-address-taken-subject = Adressen används redan
mail-address-taken =
    Hej,

    en medlem i Aukio försökte byta till den här e-postadressen. Adressen hör redan till ett annat konto, så ingenting ändrades.

    Om du har två konton, stäng först det ena på din egen sida.

mail-address-changed-subject = Din e-postadress har bytts
mail-address-changed =
    Hej,

    e-postadressen för ditt konto i Aukio har bytts. Det kommer inga fler meddelanden till den här adressen.

    Om du inte själv bytte adress, kontakta genast tjänstens administratör.

mail-password-changed-subject = Ditt lösenord har bytts
mail-password-changed =
    Hej,

    lösenordet för ditt konto i Aukio har bytts, och dina andra sessioner har avslutats.

    Om du inte själv bytte lösenord, be om en länk på inloggningssidan och kontakta tjänstens administratör.
