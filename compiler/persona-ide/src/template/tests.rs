//! Templates: completion, hover, definition at marked places.

use expect_test::expect;

use super::diagnostics;
use crate::complete::{CompletionOptions, complete};
use crate::definition::{Destination, definition};
use crate::fixture::Fixture;
use crate::hover::hover;

const SHOP: &str = r#"//- shop.persona
profile Customer {
  id: String @key
  /// Where we write to.
  email: Email?
  first_name: String?
  tier: Tier = bronze
  address: { city: String?, zip: String? }
  consent: { email: Bool = false }
}
enum Tier { bronze, gold }
event CartAdded { sku: String, value: Money<USD>, items: List<{ name: String, price: Money<USD> }> }
event Wished { sku: String }
catalog Product { sku: String @key, name: String, popularity: Float }
/// How much somebody spends.
trait spent: Money<USD> = sum(CartAdded.value)
segment vip "VIP" { when tier == gold }
segment since(d: Duration) { when did CartAdded in last (d) }
recommend best: List<Product> {
  from Product
  rank by popularity desc
  take 2
  otherwise skip "none"
}
content hello {
  /// The line on top.
  subject: String
  otherwise { subject = "Hi" }
}
content cart(cart: CartAdded, note: String = "") {
  body: Html
  otherwise { body = template "emails/cart.liquid" }
}
content wish(cart: Wished) {
  body: Html
  otherwise { body = template "emails/both.liquid" }
}
content cart_too(cart: CartAdded) {
  body: Html
  otherwise { body = template "emails/both.liquid" }
}
//- emails/line.liquid
{{ item.name }}
//- partials/footer.liquid
Bye
"#;

fn fixture(cart: &str) -> Fixture {
    Fixture::new(&format!(
        "{SHOP}//- emails/cart.liquid\n{cart}\n//- emails/both.liquid\n{{{{ cart.sku }}}}\n"
    ))
}

fn labels(cart: &str) -> Vec<String> {
    let fixture = fixture(cart);
    let (file, at) = fixture.cursor();
    let found = complete(&fixture.db, file, at, CompletionOptions::default());
    found.items.into_iter().map(|item| item.label).collect()
}

#[track_caller]
fn check(cart: &str, has: &[&str], lacks: &[&str]) {
    let labels = labels(cart);
    for label in has {
        assert!(
            labels.iter().any(|found| found == label),
            "`{label}` at {cart}\n{labels:?}"
        );
    }
    for label in lacks {
        assert!(
            !labels.iter().any(|found| found == label),
            "no `{label}` at {cart}\n{labels:?}"
        );
    }
}

#[test]
fn outputs_take_what_the_content_sees() {
    check(
        "Hi {{ $0 }}",
        &[
            "cart",
            "note",
            "first_name",
            "address",
            "spent",
            "vip",
            "best",
            "hello",
            "today",
        ],
        &["since", "shipping", "mail", "if"],
    );
    check("Hi {{ first$0 }}", &["first_name"], &["note"]);
    check("Hi {{ $0", &["cart"], &[]);
    check("$0", &[], &["cart"]);
}

#[test]
fn fields_stand_behind_a_dot() {
    check(
        "{{ cart.$0 }}",
        &["sku", "value", "items", "at"],
        &["first_name"],
    );
    check("{{ address.$0 }}", &["city", "zip"], &["sku"]);
    check("{{ hello.$0 }}", &["subject"], &["sku"]);
    check("{{ cart.items.$0 }}", &["first", "last", "size"], &["name"]);
    check("{{ cart.items.first.$0 }}", &["name", "price"], &["sku"]);
    check("{% if cart.$0 %}x{% endif %}", &["sku"], &[]);
    check("{% if cart.$0", &["sku"], &[]);
}

#[test]
fn variables_of_the_template_are_known() {
    check(
        "{% assign total = cart.value %}{{ $0 }}",
        &["total", "cart"],
        &[],
    );
    check(
        "{% for item in cart.items %}{{ $0 }}{% endfor %}",
        &["item", "forloop", "cart"],
        &[],
    );
    check(
        "{% for item in cart.items %}{{ item.$0 }}{% endfor %}",
        &["name", "price"],
        &["sku"],
    );
    check(
        "{% for item in cart.items %}{{ forloop.$0 }}{% endfor %}",
        &["index", "first", "last"],
        &["col"],
    );
    check("{% for item in $0 %}{% endfor %}", &["cart", "best"], &[]);
    check("{% for item $0 %}{% endfor %}", &["in"], &["cart"]);
    check(
        "{% liquid\n assign a = cart.value\n echo $0\n%}",
        &["a", "cart"],
        &[],
    );
}

#[test]
fn filters_follow_a_pipe_sorted_by_what_they_take() {
    check(
        "{{ first_name | $0 }}",
        &["upcase", "default", "strip"],
        &["cart", "asset_url"],
    );
    assert_eq!(labels("{{ first_name | $0 }}")[0], "append");
    assert_eq!(labels("{{ cart.items | $0 }}")[0], "compact");
    check("{{ cart.sku | up$0 }}", &["upcase"], &["strip"]);
}

#[test]
fn tags_are_offered_with_their_ends() {
    check(
        "{% $0 %}",
        &["if", "for", "assign", "render", "case"],
        &["extends", "endif", "cart"],
    );
    check(
        "{% if vip %}{% $0 %}",
        &["endif", "else", "elsif"],
        &["endfor"],
    );
    check("{% case tier %}{% w$0 %}", &["when"], &[]);
    check("{% liquid\n $0\n%}", &["echo", "assign"], &["cart"]);
    let fixture = fixture("{% fo$0");
    let (file, at) = fixture.cursor();
    let found = complete(&fixture.db, file, at, CompletionOptions::default());
    let offer = found.items.iter().find(|item| item.label == "for").unwrap();
    assert_eq!(
        offer.insert,
        "for ${1:item} in ${2:list} %\\}$0{% endfor %\\}"
    );
    assert_eq!(offer.replace.len(), 2);
}

#[test]
fn texts_take_partials_and_values_of_enums() {
    check("{% render \"$0\" %}", &["line", "footer"], &["cart"]);
    check(
        "{% if tier == \"$0\" %}{% endif %}",
        &["bronze", "gold"],
        &["cart"],
    );
    check(
        "{% case tier %}{% when \"$0\" %}{% endcase %}",
        &["bronze", "gold"],
        &[],
    );
    check("{% if first_name == \"$0\" %}{% endif %}", &[], &["bronze"]);
}

#[test]
fn a_template_of_two_contents_sees_what_both_give() {
    let fixture = Fixture::new(&format!(
        "{SHOP}//- emails/cart.liquid\nx\n//- emails/both.liquid\n{{{{ cart.$0 }}}}\n"
    ));
    let (file, at) = fixture.cursor();
    let found = complete(&fixture.db, file, at, CompletionOptions::default());
    let labels: Vec<_> = found.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["at", "id", "sku"]);
}

#[test]
fn a_template_that_no_content_is_made_from_yet_sees_what_all_do() {
    let fixture = Fixture::new(&format!(
        "{SHOP}//- emails/cart.liquid\nx\n//- emails/both.liquid\nx\n//- emails/new.liquid\n{{{{ $0 }}}}\n"
    ));
    let (file, at) = fixture.cursor();
    let found = complete(&fixture.db, file, at, CompletionOptions::default());
    let labels: Vec<_> = found.items.iter().map(|item| item.label.as_str()).collect();
    for label in ["first_name", "address", "spent", "vip"] {
        assert!(labels.contains(&label), "{labels:?}");
    }
    assert!(
        !labels.contains(&"cart"),
        "a parameter is for its own templates: {labels:?}"
    );
}

#[test]
fn a_rendered_partial_sees_its_arguments() {
    let text = SHOP.replace("{{ item.name }}", "{{ $0 }}{{ item.name }}");
    let fixture = Fixture::new(&format!(
        "{text}//- emails/cart.liquid\n{{% for one in cart.items %}}{{% render \"line\", item: one %}}{{% endfor %}}\n//- emails/both.liquid\nx\n"
    ));
    let (file, at) = fixture.cursor();
    let found = complete(&fixture.db, file, at, CompletionOptions::default());
    let labels: Vec<_> = found.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["item"]);
}

fn hovered(cart: &str) -> String {
    let fixture = fixture(cart);
    let (file, at) = fixture.cursor();
    match hover(&fixture.db, file, at) {
        Some(found) => format!(
            "{}\n{}",
            found.span.of(fixture.db.file_text(file)),
            found.markdown
        ),
        None => "nothing".to_owned(),
    }
}

#[test]
fn hover_tells_what_a_name_is() {
    expect![[r#"
        email
        `email`: a text that may be missing

        Here it is a field of the profile.

        ```persona
        email: Email?
        ```

        Where we write to."#]]
    .assert_eq(&hovered("{{ em$0ail }}"));
    expect![[r#"
        cart
        `cart`: a record

        Here it is a parameter of the content.

        ```persona
        cart: CartAdded
        ```

        of `cart`"#]]
    .assert_eq(&hovered("{{ ca$0rt.value }}"));
    expect![[r#"
        value
        `cart.value`: an amount in USD

        ```persona
        value: Money<USD>
        ```"#]]
    .assert_eq(&hovered("{{ cart.val$0ue }}"));
    expect![[r#"
        spent
        ```persona
        trait spent: Money<USD> = sum(CartAdded.value)
        ```

        How much somebody spends."#]]
    .assert_eq(&hovered("{{ spe$0nt }}"));
    expect![[r#"
        subject
        `hello.subject`: a text

        ```persona
        subject: String
        ```"#]]
    .assert_eq(&hovered("{{ hello.sub$0ject }}"));
    expect![[r#"
        a
        `a`: an amount in USD

        A variable of this template."#]]
    .assert_eq(&hovered("{% assign a = cart.value %}{{ $0a }}"));
    expect![[r#"
        default
        `default`: anything → the same type, known

        The argument where it is missing, empty or false (`allow_false: true` keeps false); a text beside anything else prints it."#]].assert_eq(&hovered("{{ first_name | def$0ault: \"x\" }}"));
    expect![[r#"
        for
        ```liquid
        {% for item in list limit: 3 offset: 1 reversed %}…{% else %}…{% endfor %}
        ```

        Goes through a list or a range; `forloop` tells where it is; `else` is for an empty list."#]].assert_eq(&hovered("{% f$0or a in cart.items %}{% endfor %}"));
    expect![[r#"
        footer
        `partials/footer.liquid`, a template of this package."#]]
    .assert_eq(&hovered("{% render \"fo$0oter\" %}"));
    assert_eq!(hovered("He$0llo"), "nothing");
    assert_eq!(hovered("{{ unkn$0own }}"), "nothing");
}

fn led(cart: &str) -> String {
    let fixture = fixture(cart);
    let (file, at) = fixture.cursor();
    let Some(found) = definition(&fixture.db, file, at) else {
        return "nowhere".to_owned();
    };
    let shown: Vec<String> = found
        .targets
        .iter()
        .map(|target| match target {
            Destination::Place { file, name, .. } => fixture.shown(*file, *name),
            Destination::File(path) => path.clone(),
        })
        .collect();
    shown.join("\n")
}

#[test]
fn definition_leads_to_rules_and_templates() {
    expect!["shop.persona:4:3 email"].assert_eq(&led("{{ em$0ail }}"));
    expect!["shop.persona:29:14 cart"].assert_eq(&led("{{ ca$0rt.value }}"));
    expect!["shop.persona:11:32 value"].assert_eq(&led("{{ cart.val$0ue }}"));
    expect!["shop.persona:7:14 city"].assert_eq(&led("{{ address.ci$0ty }}"));
    expect!["shop.persona:15:7 spent"].assert_eq(&led("{{ spe$0nt }}"));
    expect!["shop.persona:26:3 subject"].assert_eq(&led("{{ hello.sub$0ject }}"));
    expect!["emails/cart.liquid:1:11 a"].assert_eq(&led("{% assign a = cart.value %}{{ $0a }}"));
    expect!["partials/footer.liquid:1:1"].assert_eq(&led("{% render \"fo$0oter\" %}"));
    assert_eq!(led("{% i$0f vip %}{% endif %}"), "nowhere");
}

#[test]
fn what_is_wrong_in_a_template_is_asked_by_its_file() {
    let fixture = fixture("{{ nobody }}");
    let file = fixture.file("emails/cart.liquid");
    let found: Vec<String> = diagnostics(&fixture.db, file)
        .into_iter()
        .map(|found| found.message)
        .collect();
    assert_eq!(found, ["there is no variable `nobody` here"]);
}

#[test]
fn every_place_has_an_answer() {
    let texts = [
        "{% for i in cart.items %}{{ i.name | upcase }}{% else %}é💡{% endfor %}",
        "{% case tier %}{% when \"gold\" %}a{% endcase %}{% liquid\nassign a = 1\necho a\n%}",
        "{{ \"}}\" }}{% raw %}{{ x }}{% endraw %}{% render \"line\", item: cart",
    ];
    for text in texts {
        let fixture = fixture(text);
        let file = fixture.file("emails/cart.liquid");
        for at in 0..=text.len() as u32 + 2 {
            complete(&fixture.db, file, at, CompletionOptions::default());
            hover(&fixture.db, file, at);
            definition(&fixture.db, file, at);
        }
    }
}
