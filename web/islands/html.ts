// The one place where text becomes markup. Everything that comes here was drawn and escaped by our own server;
// Trusted Types make the browser refuse any other way.

interface Policy {
  createHTML(html: string): string;
}

interface Factory {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): Policy;
}

const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
let policy: Policy | undefined;

/** Made when it is first needed: a page may make it only once, and the editor's page has two scripts. */
function trusted(html: string): string {
  policy ??= factory?.createPolicy('aukio', { createHTML: (own) => own });
  return policy ? policy.createHTML(html) : html;
}

/** The elements that a piece of the server's HTML stands for. */
export function elements(html: string): Element[] {
  const template = document.createElement('template');
  template.innerHTML = trusted(html);
  return [...template.content.children];
}

/** A whole page of the server's, for taking parts out of it. */
export function page(html: string): Document {
  return new DOMParser().parseFromString(trusted(html), 'text/html');
}
