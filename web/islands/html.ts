// The one place where text becomes markup. Everything that comes here was drawn and escaped by our own server;
// Trusted Types make the browser refuse any other way.

interface Policy {
  createHTML(html: string): string;
}

interface Factory {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): Policy;
}

const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy('aukio', { createHTML: (html) => html });

/** The elements that a piece of the server's HTML stands for. */
export function elements(html: string): Element[] {
  const template = document.createElement('template');
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return [...template.content.children];
}

/** A whole page of the server's, for taking parts out of it. */
export function page(html: string): Document {
  const trusted = policy ? policy.createHTML(html) : html;
  return new DOMParser().parseFromString(trusted, 'text/html');
}
