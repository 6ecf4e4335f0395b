export const driveWords = {} as const;
