export const camerasWords = {} as const;
