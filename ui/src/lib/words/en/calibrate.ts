export const calibrateWords = {} as const;
