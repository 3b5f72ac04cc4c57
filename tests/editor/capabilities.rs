//! Everything that the server says it can do, it does: driven by what it says. A capability that this table does not know fails, so
//! that none is advertised without being asked here.

use serde_json::{Value, json};

use super::{Shown, position};

const TEXT: &str = "enum Tier { silver, gold }\n\nprofile Customer {\n  id: String @key\n  visits: Int\n  tier: Tier = silver\n}\n\n\
                    trait busy(least: Int): Bool = visits > least\n\nsegment regulars {\n  when busy(10) and tier == gold\n}\n\n\
                    segment loyal {\n  when in regulars\n}\n\ntest \"one\" {\n  given { id: \"c\", visits: 30 }\n  at 2026-01-10T12:00Z\n  expect not in regulars\n}\n";

/// What belongs to the conversation itself.
const WITHOUT_REQUEST: [&str; 3] = ["positionEncoding", "textDocumentSync", "workspace"];

/// Everything a client can be able to.
fn able() -> Value {
    json!({
        "textDocument": {
            "diagnostic": {}, "publishDiagnostics": {},
            "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": { "properties": ["documentation"] } } },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["", "quickfix", "refactor", "source"] } },
                            "resolveSupport": { "properties": ["edit"] }, "dataSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "rename": { "prepareSupport": true },
            "semanticTokens": { "requests": { "full": { "delta": true }, "range": true },
                                "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"] },
            "inlayHint": {}, "callHierarchy": {}, "linkedEditingRange": {}, "inlineValue": {}, "foldingRange": {},
            "selectionRange": {}, "codeLens": {}, "documentLink": {}
        },
        "workspace": { "symbol": {}, "workspaceEdit": { "documentChanges": true } }
    })
}

/// The conversation with one document.
struct Asking {
    shown: Shown,
    uri: String,
}

impl Asking {
    /// The position of a piece of the text, a little inside it.
    fn at(piece: &str) -> Value {
        let offset = TEXT.find(piece).expect("a piece of the text") + 1;
        let before = &TEXT[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        position(before.matches('\n').count() as u64, (offset - start) as u64)
    }

    /// Asks about the document, with more parameters; fails where the answer is an error.
    #[track_caller]
    fn ask(&mut self, method: &str, more: &Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": self.uri } });
        for (name, value) in more.as_object().expect("an object") {
            params[name] = value.clone();
        }
        self.shown.editor.call(method, params)
    }

    /// The same where there has to be something in the answer.
    #[track_caller]
    fn some(&mut self, method: &str, more: &Value) -> Value {
        let answer = self.ask(method, more);
        let empty = match &answer {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        assert!(!empty, "{method} is answered with nothing");
        answer
    }

    /// Asks for the rest of the first item, where the capability says that there is a rest.
    fn resolve(&mut self, capability: &Value, method: &str, items: &Value) {
        if capability["resolveProvider"] == true {
            let items = items.get("items").unwrap_or(items);
            let items = items.as_array().expect("items");
            let rest = items.iter().find(|item| item["data"].is_object());
            let Some(first) = rest.cloned() else {
                // Actions that cost little come whole; `actions` asks for those that do not.
                assert_eq!(method, "codeAction/resolve", "nothing to resolve");
                return;
            };
            let answer = self.shown.editor.call(method, first);
            assert!(answer.is_object(), "{method}: {answer}");
        }
    }

    fn capability(&mut self, name: &str, value: &Value) {
        let asked =
            self.reading(name, value) || self.writing(name, value) || self.looking(name, value);
        assert!(
            asked,
            "`{name}` is advertised, and nothing here asks for it"
        );
    }

    /// What a name is, and where. False where the capability is another.
    fn reading(&mut self, name: &str, value: &Value) -> bool {
        let name_of = |piece: &str| json!({ "position": Self::at(piece) });
        match name {
            "hoverProvider" => drop(self.some("textDocument/hover", &name_of("regulars"))),
            "completionProvider" => {
                let items = self.some("textDocument/completion", &name_of("visits > least"));
                self.resolve(value, "completionItem/resolve", &items);
            }
            "signatureHelpProvider" => {
                drop(self.some("textDocument/signatureHelp", &name_of("10) and")));
            }
            "definitionProvider" => {
                drop(self.some("textDocument/definition", &name_of("busy(10)")));
            }
            "declarationProvider" => {
                drop(self.some("textDocument/declaration", &name_of("busy(10)")));
            }
            "typeDefinitionProvider" => {
                drop(self.some("textDocument/typeDefinition", &name_of("tier == gold")));
            }
            "implementationProvider" => {
                drop(self.ask("textDocument/implementation", &name_of("busy(10)")));
            }
            "referencesProvider" => {
                let mut more = name_of("regulars {");
                more["context"] = json!({ "includeDeclaration": true });
                drop(self.some("textDocument/references", &more));
            }
            "documentHighlightProvider" => {
                drop(self.some("textDocument/documentHighlight", &name_of("visits > least")));
            }
            "documentSymbolProvider" => drop(self.some("textDocument/documentSymbol", &json!({}))),
            "workspaceSymbolProvider" => {
                let query = json!({ "query": "regulars" });
                let found = self.shown.editor.call("workspace/symbol", query);
                assert!(!found.as_array().expect("symbols").is_empty());
                self.resolve(value, "workspaceSymbol/resolve", &found);
            }
            _ => return false,
        }
        true
    }

    /// What changes texts, and stands in them. False where the capability is another.
    fn writing(&mut self, name: &str, value: &Value) -> bool {
        let name_of = |piece: &str| json!({ "position": Self::at(piece) });
        let whole = json!({ "start": position(0, 0), "end": position(20, 0) });
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        match name {
            "codeActionProvider" => {
                let start = Self::at(" busy(10) and");
                let end = Self::at("d\n}\n\nsegment loyal");
                let more = json!({ "range": { "start": start, "end": end }, "context": { "diagnostics": [] } });
                let found = self.some("textDocument/codeAction", &more);
                self.resolve(value, "codeAction/resolve", &found);
            }
            "codeLensProvider" => {
                let found = self.some("textDocument/codeLens", &json!({}));
                self.resolve(value, "codeLens/resolve", &found);
            }
            "documentFormattingProvider" => {
                drop(self.ask("textDocument/formatting", &json!({ "options": options })));
            }
            "documentRangeFormattingProvider" => {
                let more = json!({ "options": options, "range": whole });
                drop(self.ask("textDocument/rangeFormatting", &more));
            }
            "documentOnTypeFormattingProvider" => {
                let more = json!({ "options": options, "position": position(12, 1), "ch": value["firstTriggerCharacter"] });
                drop(self.ask("textDocument/onTypeFormatting", &more));
            }
            "renameProvider" => {
                if value["prepareProvider"] == true {
                    drop(self.some("textDocument/prepareRename", &name_of("regulars {")));
                }
                let mut more = name_of("regulars {");
                more["newName"] = json!("frequent");
                drop(self.some("textDocument/rename", &more));
            }
            "documentLinkProvider" => {
                let found = self.ask("textDocument/documentLink", &json!({}));
                if found[0].is_object() {
                    self.resolve(value, "documentLink/resolve", &found);
                }
            }
            _ => return false,
        }
        true
    }

    /// What is seen of a document, and of all. False where the capability is another.
    fn looking(&mut self, name: &str, value: &Value) -> bool {
        let name_of = |piece: &str| json!({ "position": Self::at(piece) });
        let whole = json!({ "start": position(0, 0), "end": position(20, 0) });
        match name {
            "foldingRangeProvider" => drop(self.some("textDocument/foldingRange", &json!({}))),
            "selectionRangeProvider" => {
                let more = json!({ "positions": [Self::at("regulars {")] });
                drop(self.some("textDocument/selectionRange", &more));
            }
            "linkedEditingRangeProvider" => {
                drop(self.ask("textDocument/linkedEditingRange", &name_of("regulars {")));
            }
            "inlineValueProvider" => {
                let stopped = json!({ "frameId": 0, "stoppedLocation": whole });
                drop(self.ask(
                    "textDocument/inlineValue",
                    &json!({ "range": whole, "context": stopped }),
                ));
            }
            "inlayHintProvider" => {
                let found = self.ask("textDocument/inlayHint", &json!({ "range": whole }));
                if found[0].is_object() {
                    self.resolve(value, "inlayHint/resolve", &found);
                }
            }
            "callHierarchyProvider" => {
                let items = self.some("textDocument/prepareCallHierarchy", &name_of("regulars {"));
                for method in ["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"] {
                    let found = self.shown.editor.call(method, json!({ "item": items[0] }));
                    assert!(!found.as_array().expect("calls").is_empty(), "{method}");
                }
            }
            "semanticTokensProvider" => {
                let full = self.some("textDocument/semanticTokens/full", &json!({}));
                if value["full"]["delta"] == true {
                    let more = json!({ "previousResultId": full["resultId"] });
                    drop(self.some("textDocument/semanticTokens/full/delta", &more));
                }
                if value["range"] != json!(false) && !value["range"].is_null() {
                    drop(self.some(
                        "textDocument/semanticTokens/range",
                        &json!({ "range": whole }),
                    ));
                }
            }
            "diagnosticProvider" => {
                drop(self.some("textDocument/diagnostic", &json!({})));
                let known = json!({ "previousResultIds": [] });
                drop(self.shown.editor.call("workspace/diagnostic", known));
            }
            "executeCommandProvider" => {
                for command in value["commands"].as_array().expect("commands") {
                    let argument = json!({ "uri": self.uri, "name": "one", "key": "c" });
                    let params = json!({ "command": command, "arguments": [argument] });
                    let answer = self.shown.editor.call("workspace/executeCommand", params);
                    assert!(
                        answer.is_object() || answer.is_array(),
                        "{command}: {answer}"
                    );
                }
            }
            "experimental" => {
                for own in value.as_object().expect("requests of our own").keys() {
                    assert_eq!(own, "personaAudience", "nothing here asks for it");
                    let answer = self.ask("persona/audience", &name_of("busy(10)"));
                    assert!(answer["counts"].is_array(), "{answer}");
                }
            }
            _ => return false,
        }
        true
    }
}

#[test]
fn everything_that_is_advertised_is_answered() {
    let shown = Shown::with(&[("rules.persona", TEXT)], &able());
    let uri = shown.uri("rules.persona");
    let mut asking = Asking { shown, uri };
    let uri = asking.uri.clone();
    asking.shown.editor.show(&uri, TEXT);
    let capabilities = asking.shown.editor.capabilities.clone();
    let mut asked = 0;
    for (name, value) in capabilities.as_object().expect("capabilities") {
        let is_on = !value.is_null() && *value != json!(false);
        if is_on && !WITHOUT_REQUEST.contains(&name.as_str()) {
            asking.capability(name, value);
            asked += 1;
        }
    }
    assert!(asked >= 2, "{capabilities}");
    assert_eq!(asking.shown.editor.leave(), 0);
}
