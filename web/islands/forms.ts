// Small helps for forms. Without them the forms work all the same.

/** A button that shows what is typed into a password field. */
export function showPasswords(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-show-password]')) {
    const field = document.getElementById(button.dataset['showPassword'] || button.getAttribute('aria-controls') || 'password');
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = field.type === 'text';
      field.type = shown ? 'password' : 'text';
      button.ariaPressed = String(!shown);
    });
  }
}

/** After a faulty form the focus is on the list of what to mend. */
export function focusFaults(): void {
  document.getElementById('faults')?.focus();
}
