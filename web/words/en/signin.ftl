provider-do = Sign in with { $name }
provider-go-title = Going on to sign in
provider-go-what = Signing in goes on at { $name }. From there you come back here.
provider-go-do = Continue to { $name }
provider-old = Signing in took too long or was begun in another browser. Start again.
provider-refused = { $name } did not sign you in. Try again or sign in another way.
provider-unreachable = { $name } does not answer right now. Try again in a moment or sign in another way.
provider-untrue = We could not verify what { $name } told us about you. Try again or sign in another way.
provider-stranger-title = Your account is not linked yet
provider-known-what = Your email address already has an account in Aukio. Sign in to it as before and link { $name } on your own page. After that you can sign in with it.
provider-unknown-what = There is no account in Aukio for this sign-in. Sign in or create an account, and then link { $name } on your own page.
provider-join-what = { $name } confirmed your address { $email }. Tell us who you are, and your account is ready.
providers-title = Signing in through your organisation
providers-what = When you link your organisation’s account, you can sign in with it without a password in Aukio.
provider-since = Linked { $moment }
provider-link-do = Link { $name }
provider-unlink-do = Remove the link
provider-confirm-do = Confirm with { $name }
me-done-provider-linked = Your organisation’s account is linked. You can sign in with it.
me-done-provider-unlinked = The link to your organisation’s account has been removed.
error-provider-old = Signing in took too long or was begun elsewhere
error-provider-old-what = Go back to the previous page and start again in the same browser.
error-provider-refused = Signing in was stopped
error-provider-refused-what = Your organisation’s service did not sign you in. Try again or use another way.
error-provider-unreachable = The organisation’s sign-in service does not answer
error-provider-unreachable-what = Try again in a moment or use another way.
error-provider-untrue = The sign-in could not be verified
error-provider-untrue-what = We could not verify what your organisation’s service told us. Try again or use another way.
error-provider-taken = The sign-in belongs to another account
error-provider-taken-what = This organisation’s account is linked to another account in Aukio. Remove the link there first, or sign in as somebody else.
error-provider-not-yours = The sign-in is not yours
error-provider-not-yours-what = Your organisation’s service vouched for somebody other than you. Sign in there with your own account and try again, or confirm another way.
error-provider-weak = We need a code as well
error-provider-weak-what = You use two-step sign-in, and your organisation’s service did not ask for the second step. Confirm with the code or a passkey.
error-key-lost = Authenticator apps cannot be set up right now
error-key-lost-what = Something is wrong in the settings of the service. Tell the administrator and try again later.
error-last-way = This is your only way to sign in
error-last-way-what = First add another way, for example an email address. After that you can remove this one.
audit-provider-linked = Linked an organisation’s account
audit-provider-unlinked = Removed the link to an organisation’s account
audit-provider-failed = Signing in through an organisation failed

passkeys-title = Passkeys
passkeys-what = With a passkey you sign in with a fingerprint, your face or your device’s PIN, without a password. It counts as two-step sign-in.
passkey-name = Name of the passkey
passkey-name-hint = A name by which you recognise the device later, for example: My phone.
passkey-name-missing = Give the passkey a name.
passkey-make-do = Create a passkey
passkey-make-failed = No passkey was created. Try again when your device is ready.
passkey-since = Created { $moment }
passkey-elsewhere = Created at the service’s earlier address, no longer works
passkey-remove-do = Remove
passkey-do = Sign in with a passkey
passkey-do-what = A fingerprint, your face or the device’s PIN is enough.
passkey-confirm-do = Confirm with a passkey
passkey-failed = The passkey was not used. Try again or sign in another way.
passkey-no-script = Passkeys work only when JavaScript is on in your browser. The other ways to sign in work without it.
passkey-no-browser = This browser cannot use passkeys.
passkey-old = It took too long. Press the button again.
passkey-wrong = The passkey was not accepted. It may have been removed from your account. Sign in another way.
passkey-too-many = You already have as many passkeys as there can be. Remove one of them first.
error-passkey-old = The passkey took too long
error-passkey-old-what = Go back to the previous page and try again.
error-passkey-wrong = The passkey was not accepted
error-passkey-wrong-what = Go back to the previous page and try again or use another way.
error-passkey-too-many = There are too many passkeys
error-passkey-too-many-what = First remove one of your passkeys on your own page.
me-done-passkey-added = The passkey has been created. You can sign in with it.
me-done-passkey-removed = The passkey has been removed.
audit-passkey-added = Created a passkey
audit-passkey-removed = Removed a passkey
audit-passkey-failed = A passkey was not accepted

way-back-title = Lost authenticator app
way-back-what = When a member has lost both the phone and the recovery codes, you can take away their two-step sign-in. It goes after one day, and the member gets a message at once with which they can stop it.
way-back-sure = First make sure that whoever asks is who they say they are: call or meet them. Passkeys and the password go as well, and all sessions end. After that the member signs in with a link that comes by email.
way-back-email-hint = The member’s own address in Aukio.
way-back-reason = Reason
way-back-reason-hint = Say briefly why, and how you made sure who is asking. The reason is sent to the member.
way-back-reason-missing = Write a reason.
way-back-nobody = No account has this address. Check the address.
way-back-no-factor = The member has neither two-step sign-in nor passkeys, so there is nothing to take away.
way-back-under-way = The removal is under way already.
way-back-oneself = You remove your own on your own page.
way-back-do = Remove after one day
way-back-asked = The removal has begun, and the member has been sent a message.
way-back-stopped = The removal has been stopped, and two-step sign-in stays.
way-back-waiting = Removals that wait
way-back-none = No removals are waiting.
way-back-by = Asked by { $name }
way-back-due = Goes
way-back-open = Lost authenticator app
factor-goes = An administrator has asked to remove your two-step sign-in. It goes { $moment }. If you did not ask for this yourself, stop it now.
factor-keep-title = Keep two-step sign-in
factor-keep-what = When you press the button, your two-step sign-in stays and nothing is removed.
factor-keep-do = Stop the removal
factor-kept-then = If you did not ask for the removal yourself, tell the administrators of the service.
me-done-factor-kept = Your two-step sign-in stays.
audit-factor-removal-asked = Asked to remove two-step sign-in
audit-factor-removal-stopped = Stopped the removal of two-step sign-in
audit-factor-taken = Two-step sign-in was removed on request
way-in-code-set = Two-step sign-in was turned on.
way-in-code-removed = Two-step sign-in was turned off.
way-in-recovery-codes = The recovery codes were replaced by new ones.
way-in-passkey-added = A passkey was created for your account.
way-in-passkey-removed = A passkey was removed from your account.
way-in-provider-linked = An organisation’s account was linked to your account.
way-in-provider-unlinked = The link from your account to an organisation’s account was removed.
mail-way-in-changed-subject = Your ways to sign in have changed
mail-way-in-changed =
    Hello { $name },

    your ways to sign in to Aukio have changed:

    { $what }

    If you did this yourself, you need not do anything. If you did not, contact the administrators of the service at once.
mail-factor-goes-subject = Your two-step sign-in will be removed
mail-factor-goes =
    Hello { $name },

    an administrator has asked to remove your two-step sign-in in Aukio. It goes { $moment }. Your passkeys and your password go as well, and your sessions end.

    Reason: { $reason }

    If you asked for this yourself, you need not do anything. If you did not, open the link and stop the removal:

    { $link }
mail-factor-gone-subject = Your two-step sign-in has been removed
mail-factor-gone =
    Hello { $name },

    your two-step sign-in, your passkeys and your password in Aukio have been removed, and your sessions have ended. Ask for a link by email on the sign-in page. After that you can set a new password and turn two-step sign-in on again.

    { $link }

    If you did not ask for this, contact the administrators of the service at once.
