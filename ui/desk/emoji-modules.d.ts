declare module "virtual:emoji/*" {
  const all: readonly [emoji: string, names: string, label: string, words: string][];
  export default all;
}
