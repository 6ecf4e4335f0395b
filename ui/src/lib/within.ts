// A promise that is waited for only so long.

export class Late extends Error {}

/** What is promised, or a rejection when it takes longer; what comes then is for nobody. */
export function within<T>(ms: number, promised: Promise<T>): Promise<T> {
  return new Promise((settle, fail) => {
    const timer = setTimeout(() => fail(new Late()), ms);
    promised.then(settle, fail).finally(() => clearTimeout(timer));
  });
}
