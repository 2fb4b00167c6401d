// The languages that can be said to be read, as tags of BCP 47: those that the core tells apart.
export const CUSTOMERS_LANGUAGES: readonly string[] = [
  "am", "ar", "az", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "km", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "my", "nb", "nl", "or", "pa", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sr", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
];
