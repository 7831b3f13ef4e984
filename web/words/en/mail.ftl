mail-farewell =
    Regards,
    Aukio

    This message was sent automatically. You cannot reply to it.

mail-confirm-subject = Confirm your email address
mail-confirm =
    Hello { $name },

    welcome to Aukio. Open the link and press the button, and your account is ready:

    { $link }

    The link works once and is valid for one day. If you did not register, you can delete this message. No account will then be created.

mail-already-a-member-subject = You are already a member of Aukio
mail-already-a-member =
    Hello { $name },

    somebody registered with Aukio with this address. You already have an account, so you do not need a new one. This link signs you in:

    { $link }

    The link works once and is valid for one hour. If it was not you, there is nothing you need to do.

mail-sign-in-subject = Your sign-in link
mail-sign-in =
    Hello { $name },

    this link signs you in to Aukio:

    { $link }

    The link works once and is valid for one hour. If you did not ask for it, you can delete this message. Nobody gets into your account without the link.

mail-no-account-subject = This address has no account
mail-no-account =
    Hello,

    somebody tried to sign in to Aukio with this address. The address has no account. If it was you, check whether you registered with another address. You can also create an account here:

    { $link }

    If it was not you, you can delete this message.

mail-confirm-address-subject = Confirm your new email address
mail-confirm-address =
    Hello,

    a member of Aukio wants to change to this email address. If it is you, open the link and press the button:

    { $link }

    The link works once and is valid for one day. If it was not you, you can delete this message.

mail-address-taken-subject = This address is already in use
mail-address-taken =
    Hello,

    a member of Aukio tried to change to this email address. The address belongs to another account already, so nothing was changed.

    If you have two accounts, first close one of them on its own page.

mail-address-changed-subject = Your email address has been changed
mail-address-changed =
    Hello,

    the email address of your account in Aukio has been changed. No more messages will come to this address.

    If you did not change it yourself, contact the administrators of the service at once.

mail-password-changed-subject = Your password has been changed
mail-password-changed =
    Hello,

    the password of your account in Aukio has been changed, and your other sessions have ended.

    If you did not change it yourself, ask for a link on the sign-in page and contact the administrators of the service.
