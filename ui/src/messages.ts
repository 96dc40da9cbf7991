// Every word that people read. Rust gives codes and facts; the words are made in this folder, once, in plain British English.
export * from './messages/words';
export * from './messages/frame';
export * from './messages/patient';
export * from './messages/search';
export * from './messages/card';
export * from './messages/form';
export * from './messages/safety';
export * from './messages/problems';
export * from './messages/errors';
export * from './messages/record';
export * from './messages/referrals';
export * from './messages/sending';
export * from './messages/offers';
export * from './messages/replies';
export * from './messages/before-send';
export * from './messages/concern';
