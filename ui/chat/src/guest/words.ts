// The page's own texts; shared ones come from the web chat.
import { learn, type I18n } from "../i18n";
import chatAr from "../texts/ar.json";
import chatCs from "../texts/cs.json";
import chatDe from "../texts/de.json";
import chatEs from "../texts/es.json";
import chatFr from "../texts/fr.json";
import { ar } from "./texts/ar";
import { cs } from "./texts/cs";
import { de } from "./texts/de";
import { en, type GuestTexts } from "./texts/en";
import { es } from "./texts/es";
import { fr } from "./texts/fr";

const LANGUAGES: Record<string, GuestTexts> = { ar, cs, de, en, es, fr };

// The page comes with all of its texts.
learn("ar", chatAr);
learn("cs", chatCs);
learn("de", chatDe);
learn("es", chatEs);
learn("fr", chatFr);

export interface Words {
  t(key: keyof GuestTexts, values?: Record<string, string>): string;
  unit(count: number, unit: "hour" | "minute"): string;
}

export function wordsFor({ language }: I18n): Words {
  const texts = LANGUAGES[language] ?? en;
  return {
    t: (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
    unit: (count, unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count),
  };
}
