use tandem_protocol::channels::ReadReceipts;

use super::{Config, Environment, Flags};

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
    Config::load(&Flags::default(), &environment(variables)).map_err(|error| error.to_string())
}

fn load_file(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tandem.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&Flags::new(Some(path)), &environment(variables)).map_err(|error| error.to_string())
}

const SECRET: (&str, &str) = ("TANDEM_LOGIC_SECRET", "a-secret-between-two-services");

#[test]
fn reasons_are_a_list_in_its_order() {
    let read = |value: &str| load(&[("TANDEM_REASONS", value)]).map(|config| config.reasons);
    assert_eq!(read(" Lunch, Tea ,lunch,").unwrap(), ["Lunch", "Tea"]);
    for (value, problem) in [(",", "found 0"), (&"x".repeat(41), "at most 40 characters")] {
        let refused = read(value).unwrap_err();
        assert!(refused.contains(problem) && refused.contains("TANDEM_REASONS"), "{refused}");
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    for (variables, place) in [
        (vec![("TANDEM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/40")], "trusted_proxies (TANDEM_TRUSTED_PROXIES)"),
        (vec![("TANDEM_TRUSTED_PROXIES", "loopback")], "TANDEM_TRUSTED_PROXIES"),
        (vec![("TANDEM_LISTEN", "everywhere")], "TANDEM_LISTEN"),
        (vec![("TANDEM_RATE_LIMITS", "maybe")], "TANDEM_RATE_LIMITS"),
        (vec![("TANDEM_ACCOUNT", " ")], "TANDEM_ACCOUNT"),
        (vec![("TANDEM_LOGIC_URL", "ftp://logic")], "TANDEM_LOGIC_URL"),
        (vec![("TANDEM_LOGIC_URL", "http://logic.example")], "TANDEM_LOGIC_URL"),
        (vec![("TANDEM_LOGIC_URL", "https://logic.example")], "TANDEM_LOGIC_SECRET"),
        (vec![SECRET], "logic.url (TANDEM_LOGIC_URL): needed when logic.secret is set"),
        (vec![("TANDEM_LOGIC_TIMEOUT_MS", "soon")], "TANDEM_LOGIC_TIMEOUT_MS"),
        (vec![("TANDEM_LOGIC_TIMEOUT_MS", "1")], "from 100 to 120000"),
        (vec![("TANDEM_LOGIC_ALLOW_PRIVATE", "no")], "TANDEM_LOGIC_ALLOW_PRIVATE"),
        (vec![("TANDEM_LOGIC_PERSON_SILENT_MS", "5m")], "TANDEM_LOGIC_PERSON_SILENT_MS"),
        (vec![("TANDEM_LOGIC_PERSON_SILENT_MS", "0")], "from 1000 to 86400000"),
        (vec![("TANDEM_LOGIC_REQUEST_BYTES", "1000")], "TANDEM_LOGIC_REQUEST_BYTES"),
        (vec![("TANDEM_LOGIC_NAME", " ")], "logic.name (TANDEM_LOGIC_NAME): use 1 to 40 characters"),
        (vec![("TANDEM_LOGIC_NAME", "\u{200b}")], "logic.name (TANDEM_LOGIC_NAME): use 1 to 40 characters"),
        (vec![("TANDEM_LOGIC_TYPING", "on")], "logic.typing (TANDEM_LOGIC_TYPING)"),
        (vec![("TANDEM_PUBLIC_URL", "http://hub.example")], "TANDEM_PUBLIC_URL"),
        (vec![("TANDEM_MAIL_URL", "smtp://mail.example")], "TANDEM_MAIL_URL"),
        (vec![("TANDEM_MAIL_URL", "smtp://mail.example?tls=opportunistic")], "TANDEM_MAIL_URL"),
        (vec![("TANDEM_MAIL_URL", "smtp://127.0.0.1:25?tls=wrong")], "TANDEM_MAIL_URL"),
        (vec![("TANDEM_MAIL_URL", "smtps://")], "mail.url (TANDEM_MAIL_URL): it names no mail server"),
        (vec![("TANDEM_DATA", " ")], "TANDEM_DATA"),
        (vec![("TANDEM_MAIL_URL", "smtps://mail.example")], "TANDEM_MAIL_FROM"),
        (vec![("TANDEM_MAIL_URL", "smtps://mail.example"), ("TANDEM_MAIL_FROM", "nobody")], "TANDEM_MAIL_FROM"),
        (vec![("TANDEM_MAIL_FROM", "a@b.example")], "TANDEM_MAIL_URL"),
        (vec![("TANDEM_MAIL_URL", "smtps://mail.example"), ("TANDEM_MAIL_FROM", "a@b.example")], "TANDEM_PUBLIC_URL"),
        (vec![("TANDEM_IMPROVE_BASE_URL", "http://models.example/v1")], "TANDEM_IMPROVE_BASE_URL"),
        (vec![("TANDEM_IMPROVE_BASE_URL", "https://models.example/v1")], "TANDEM_IMPROVE_MODEL"),
        (vec![("TANDEM_IMPROVE_MODEL", "small")], "TANDEM_IMPROVE_BASE_URL"),
        (vec![("TANDEM_IMPROVE_KEY", "a-key")], "TANDEM_IMPROVE_BASE_URL"),
        (vec![("TANDEM_LOGIC_URL", "https://maya:pw@logic.example"), SECRET], "leave user and password out"),
        (vec![("TANDEM_HOME", "https://maya:pw@www.example/")], "leave user and password out"),
        (vec![("TANDEM_TRUSTED_PROXIES", "10.0.0.1, 0.0.0.0/0")], "'0.0.0.0/0' holds strangers"),
        (vec![("TANDEM_TRUSTED_PROXIES", "128.0.0.0/1")], "holds strangers"),
        (vec![("TANDEM_TRUSTED_PROXIES", "::/0")], "holds strangers"),
        (vec![("TANDEM_HOME", "whsec_c2VjcmV0")], "a secret was found here"),
        (vec![("TANDEM_CALLS_LOGIC_AFTER_MS", "never")], "TANDEM_CALLS_LOGIC_AFTER_MS"),
        (vec![("TANDEM_CALLS_EVERYONE_AFTER_MS", "5")], "calls.everyone_after_ms"),
        (vec![("TANDEM_MEDIA_MAX_MIB", "0")], "media.max_mib (TANDEM_MEDIA_MAX_MIB)"),
        (vec![("TANDEM_MEDIA_FREE_MIB", "-1")], "TANDEM_MEDIA_FREE_MIB"),
        (vec![("TANDEM_MEDIA_ALLOW_PRIVATE", "yes")], "media.allow_private (TANDEM_MEDIA_ALLOW_PRIVATE)"),
    ] {
        let error = load(&variables).unwrap_err();
        assert!(error.contains(place), "'{error}' must name {place}");
        assert!(!error.contains("whsec_c2"), "'{error}' shows a secret");
    }
}

#[test]
fn all_wrong_settings_are_named_at_once() {
    let error = load_file(
        "rate_limits = 3\n[logic]\nurl = \"ftp://x\"\n",
        &[("TANDEM_LISTEN", "everywhere"), ("TANDEM_PUBLIC_URL", "https://h.example/tandem")],
    )
    .unwrap_err();
    assert_eq!(error.lines().count(), 5, "{error}");
    for place in ["TANDEM_LISTEN", "TANDEM_PUBLIC_URL", "tandem.toml line 1", "tandem.toml line 3", "logic.secret"] {
        assert!(error.contains(place), "'{error}' must name {place}");
    }
}

#[test]
fn a_secret_that_cannot_sign_is_refused_and_never_repeated() {
    for secret in ["whsec_abc_notbase64__", "whsec_brief", "tooBrief", " begins with a space", "mit-Umlaut-äöü-dabei"]
    {
        let url = ("TANDEM_LOGIC_URL", "https://logic.example");
        let error = load(&[url, ("TANDEM_LOGIC_SECRET", secret)]).unwrap_err();
        assert!(error.contains("logic.secret (TANDEM_LOGIC_SECRET)"), "{error}");
        assert!(!error.contains(secret), "'{error}' repeats the secret");
    }
    let error = load_file("[logic]\nsecret = \"whsec_very-private\" oops\n", &[]).unwrap_err();
    assert!(error.contains("line 2") && !error.contains("very-private"), "{error}");
    load(&[
        ("TANDEM_LOGIC_URL", "https://l.example"),
        ("TANDEM_LOGIC_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ])
    .unwrap();
}

#[test]
fn the_public_url_is_a_host_of_its_own() {
    for wrong in [
        "https://h.example/tandem",
        "https://h.example/?x=1",
        "https://h.example/tandem?x=1",
        "https://h.example/#a",
        "https://h.example?",
        "https://user@h.example",
    ] {
        let error = load(&[("TANDEM_PUBLIC_URL", wrong)]).unwrap_err();
        assert!(error.contains("a host of its own"), "{wrong}: {error}");
    }
    for good in ["https://h.example", "https://h.example/", "https://h.example:8443/", "http://localhost:7700"] {
        let config = load(&[("TANDEM_PUBLIC_URL", good)]).unwrap();
        assert_eq!(config.public_url.as_deref(), Some(good.trim_end_matches('/')));
    }
}

#[test]
fn an_address_with_a_line_break_is_refused_wherever_it_is_a_setting() {
    for name in ["TANDEM_HOME", "TANDEM_PUBLIC_URL", "TANDEM_LOGIC_URL", "TANDEM_MAIL_URL", "TANDEM_IMPROVE_BASE_URL"] {
        for wrong in ["https://h.example/\r\nset-cookie: a=b", "https://h.ex\nample", "smtps://h.exa\tmple"] {
            let error = load(&[(name, wrong), SECRET]).unwrap_err();
            assert!(error.contains("leave out spaces, tabs and line breaks"), "{name}: {error}");
        }
    }
    assert!(load(&[("TANDEM_MAIL_URL", "smtps://u%zz:p@m.example")]).unwrap_err().contains("write it as %25"));
}

#[test]
fn plain_http_to_the_own_network_has_to_be_allowed_in_so_many_words() {
    let url = ("TANDEM_LOGIC_URL", "http://logic:8080");
    let error = load(&[url, SECRET]).unwrap_err();
    assert!(error.contains("logic.allow_private = true"), "{error}");
    assert!(load(&[url, SECRET, ("TANDEM_LOGIC_ALLOW_PRIVATE", "false")]).is_err());
    load(&[url, SECRET, ("TANDEM_LOGIC_ALLOW_PRIVATE", "true")]).unwrap();
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\naccount = \"File\"\n[calls]\nlogic_after_ms = 5_000\n";
    let config = load_file(file, &[("TANDEM_LISTEN", "127.0.0.1:2"), ("TANDEM_ACCOUNT", "")]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:2");
    assert_eq!(config.account, "File", "an empty variable counts as absent");
    assert_eq!(config.ladder.logic_after_ms, 5_000);
    let flags = Flags::default().with("listen", "--listen", Some("127.0.0.1:3".into()));
    let config = Config::load(&flags, &environment(&[("TANDEM_LISTEN", "127.0.0.1:2")])).unwrap();
    assert_eq!(config.listen, "127.0.0.1:3");
    let flags = Flags::default().with("listen", "--listen", Some("x".into()));
    assert!(Config::load(&flags, &Environment::default()).unwrap_err().to_string().contains("listen (--listen)"));
}

#[test]
fn the_folder_is_absolute_and_says_who_named_it() {
    let config = load(&[]).unwrap();
    assert!(config.data.is_absolute() && config.data.ends_with("tandem-data"));
    assert_eq!(config.data_from, "default");
    assert_eq!(load(&[("TANDEM_DATA", "/srv/tandem")]).unwrap().data_from, "TANDEM_DATA");
    assert!(load_file("\ndata = \"real-data\"\n", &[]).unwrap().data_from.ends_with("tandem.toml line 2"));
}

#[test]
fn without_settings_the_hub_listens_on_this_machine_only() {
    assert_eq!(load(&[]).unwrap().listen, "127.0.0.1:7700");
}

#[test]
fn metrics_have_a_port_of_their_own() {
    for (listen, metrics, is_refused) in [
        ("127.0.0.1:7700", "127.0.0.1:7700", true),
        ("127.0.0.1:0", "127.0.0.1:0", false),
        ("127.0.0.1:7700", "127.0.0.1:9464", false),
    ] {
        let loaded = load(&[("TANDEM_LISTEN", listen), ("TANDEM_METRICS", metrics)]);
        match is_refused {
            true => assert!(loaded.unwrap_err().contains("metrics (TANDEM_METRICS): the same address as listen")),
            false => assert_eq!(loaded.unwrap().metrics.as_deref(), Some(metrics)),
        }
    }
}

#[test]
fn an_unknown_key_in_the_file_is_refused_with_the_nearest_one() {
    for (file, name, near) in [
        ("lisen = \"127.0.0.1:1\"\n", "lisen", "listen"),
        ("[logic]\nallow_privat = true\n", "logic.allow_privat", "logic.allow_private"),
        ("[call]\nlogic_after_ms = 5000\n", "call.logic_after_ms", "calls.logic_after_ms"),
    ] {
        let error = load_file(file, &[]).unwrap_err();
        assert!(error.contains(&format!("{name} (")), "'{error}' must name the key");
        assert!(error.contains(&format!("did you mean {near}?")), "{error}");
    }
    for far in ["[mail]\nsecret = \"whsec_abc\"\n", "[mail]\nallow_private = true\n"] {
        let error = load_file(far, &[]).unwrap_err();
        assert!(error.contains("this table has mail.from, mail."), "{error}");
        assert!(!error.contains("logic.") && !error.contains("did you mean"), "of another table: {error}");
    }
}

#[test]
fn a_misspelt_variable_is_refused_and_those_of_other_programs_are_not() {
    for (name, near) in [
        ("TANDEM_LISTN", "TANDEM_LISTEN"),
        ("TANDEM_LOGIC_TIMEOUT", "TANDEM_LOGIC_TIMEOUT_MS"),
        ("TANDEM_LOGIC_RETRIES", "TANDEM_LOGIC_"),
        ("TANDEM_PUBLICURL", "TANDEM_PUBLIC_URL"),
    ] {
        let error = load(&[(name, "1")]).unwrap_err();
        assert!(error.contains(name) && error.contains(near), "{error}");
    }
    for name in ["TANDEM_HUB", "TANDEM_DESK_DATA", "TANDEM_PORT", "TANDEM_SERVICE_HOST", "TANDEM_PORT_7700_TCP_ADDR"] {
        load(&[(name, "x")]).unwrap();
    }
}

#[test]
fn a_list_in_the_file_is_a_list_with_commas_in_a_variable_and_tables_in_lists_are_refused() {
    let error = load_file("listen = [\"a\", \"b\"]\n", &[]).unwrap_err();
    assert!(error.contains("'a,b' is not an address"), "{error}");
    let error = load_file("listen = 2020-01-01\n", &[]).unwrap_err();
    assert!(error.contains("line 1"), "{error}");
}

#[test]
fn trusted_proxies_are_networks_and_addresses_from_a_variable_or_a_list_in_the_file() {
    let text = |config: Config| config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>();
    let expected = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"];
    assert_eq!(text(load(&[("TANDEM_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8")]).unwrap()), expected);
    let list = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"fd00::/8\"]\n";
    assert_eq!(text(load_file(list, &[]).unwrap()), expected);
    let mapped = load(&[("TANDEM_TRUSTED_PROXIES", "::ffff:10.1.2.3, ::ffff:192.168.0.0/112")]).unwrap();
    assert_eq!(text(mapped), ["10.1.2.3/32", "192.168.0.0/16"]);
    assert!(load(&[("TANDEM_TRUSTED_PROXIES", "::ffff:0:0/96")]).is_err(), "these are all IPv4 addresses");
    assert!(load(&[("TANDEM_TRUSTED_PROXIES", "::ffff:10.0.0.0/8")]).is_err(), "10.0.0.0/8 is meant");
    assert!(load(&[]).unwrap().trusted_proxies.is_empty(), "nobody is trusted unless somebody says so");
}

const NUMBER: &str = r#"
[[whatsapp]]
id = "main"
number = "+34 600 123 456"
phone_number_id = "106540352242922"
account_id = "102290129340398"
app_secret = "of the file"
per_second = 20
coexistence = true
"#;

const TOKENS: [(&str, &str); 2] =
    [("TANDEM_WHATSAPP_0_ACCESS_TOKEN", "EAAG-token"), ("TANDEM_WHATSAPP_0_VERIFY_TOKEN", "a long one")];

#[test]
fn numbers_come_from_tables_of_the_file_and_from_variables() {
    let config = load_file(NUMBER, &TOKENS).unwrap();
    let [main] = config.whatsapp.as_slice() else { panic!("{:?}", config.whatsapp) };
    assert_eq!((main.key.as_str(), main.app_secret.as_str()), ("main", "of the file"));
    assert_eq!((main.access_token.as_str(), main.per_second), ("EAAG-token", Some(20)));
    assert!(main.coexistence);
    let typing = load_file(NUMBER, &[&TOKENS[..], &[("TANDEM_WHATSAPP_0_TYPING", "false")]].concat());
    assert_eq!((main.typing, typing.unwrap().whatsapp[0].typing), (None, Some(false)));
    let receipts = |variable: &[(&str, &str)]| {
        load_file(NUMBER, &[&TOKENS[..], variable].concat()).map(|config| config.whatsapp[0].read_receipts)
    };
    let (older, newer) = ("TANDEM_WHATSAPP_0_READ_MARKS", "TANDEM_WHATSAPP_0_READ_RECEIPTS");
    assert_eq!(receipts(&[]).unwrap(), ReadReceipts::OnSeen);
    assert_eq!(receipts(&[(older, "false")]).unwrap(), ReadReceipts::Off);
    assert_eq!(receipts(&[(older, "false"), (newer, "on_delivered")]).unwrap(), ReadReceipts::OnDelivered);
    assert!(receipts(&[(newer, "sometimes")]).unwrap_err().to_string().contains("on_seen, on_delivered or off"));
    assert!(!format!("{config:?}").contains("of the file"), "secrets are not shown");
    let over = [TOKENS[0], TOKENS[1], ("TANDEM_WHATSAPP_0_APP_SECRET", "of the variable")];
    assert_eq!(load_file(NUMBER, &over).unwrap().whatsapp[0].app_secret, "of the variable");
    let commands = [("TANDEM_WHATSAPP_TOKEN", "EAAG-token"), ("TANDEM_WHATSAPP_APP_SECRET", "x")];
    assert_eq!(load(&commands).unwrap().whatsapp, [], "these are for the command that adds a number");
}

#[test]
fn a_number_that_cannot_work_is_named_with_its_place() {
    let second = NUMBER.replace("\"main\"", "\"Other\"").replace("= 20", "= 2000");
    let error = load_file(&format!("{NUMBER}{second}"), &TOKENS).unwrap_err();
    for place in [
        "whatsapp.1.id (",
        "whatsapp.1.access_token (TANDEM_WHATSAPP_1_ACCESS_TOKEN): needed",
        "whatsapp.1.per_second (",
        "whatsapp.1.phone_number_id (",
        "another number of the settings has it",
    ] {
        assert!(error.contains(place), "'{error}' must name {place}");
    }
    assert!(!error.contains("of the file") && !error.contains("whatsapp.0"), "{error}");
    let error = load_file("[[whatsapp]]\nidd = \"main\"\n", &TOKENS).unwrap_err();
    assert!(error.contains("whatsapp.0.idd (") && error.contains("did you mean whatsapp.0.id?"), "{error}");
    let error = load_file("whatsapp = [1, { id = \"main\" }]\n", &[]).unwrap_err();
    assert!(error.contains("use tables alone"), "{error}");
}

#[test]
fn what_travels_in_a_header_is_of_one_line() {
    let of_a_model = |key| {
        let model = [("TANDEM_IMPROVE_BASE_URL", "https://models.example/v1"), ("TANDEM_IMPROVE_MODEL", "small")];
        load(&[&model[..], &[("TANDEM_IMPROVE_KEY", key)]].concat())
    };
    assert_eq!(of_a_model("sk-1").unwrap().improve.unwrap().key, "sk-1");
    for key in ["sk\n1", "sk-1\r\nX: y", "sk-\u{fc}"] {
        assert!(of_a_model(key).unwrap_err().contains("improve.key (TANDEM_IMPROVE_KEY): use letters"), "{key:?}");
    }
    let base = ("TANDEM_IMPROVE_BASE_URL", "https://u:p@models.example/v1");
    assert!(load(&[base, ("TANDEM_IMPROVE_MODEL", "small")]).unwrap_err().contains("leave user and password"));
}
