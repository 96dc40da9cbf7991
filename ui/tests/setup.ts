// What the page tests need of a browser and happy-dom lacks.
if (typeof Element !== 'undefined') Element.prototype.scrollIntoView ??= () => undefined;

export {};
