// The words on a screen, as the tests of the real window read them.
export { forbiddenOf, said } from '../../tests/window/harness/said.mjs';
