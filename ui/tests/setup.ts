// What the page tests need of a browser and happy-dom lacks.
Element.prototype.scrollIntoView ??= () => undefined;
