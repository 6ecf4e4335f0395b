//! Reads Rust source for what it says to people: literals of more than one word and format strings, as templates.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::buffer::{Cursor, TokenBuffer};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

use crate::house::sources::only_in_tests;

/// Macros whose first text is a format string.
const FORMATS: &[&str] = &["format", "format_args", "write", "writeln"];
/// Macros that a person in the window never reads: the log, panics, checks, the terminal.
const UNHEARD: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "eprint",
    "eprintln",
    "error",
    "event",
    "info",
    "matches",
    "panic",
    "print",
    "println",
    "span",
    "trace",
    "unreachable",
    "warn",
];

/// The templates in a source, outside its tests.
///
/// # Errors
/// When the text is not Rust.
pub(super) fn templates_in(text: &str) -> Result<BTreeSet<String>> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader::default();
    reader.visit_file(&file);
    Ok(reader.found)
}

/// Expressions behind each other.
type Arguments = Punctuated<syn::Expr, syn::Token![,]>;

#[derive(Default)]
struct Reader {
    found: BTreeSet<String>,
}

impl Reader {
    fn plain(&mut self, text: &str) {
        self.add(&text.replace('{', "{{").replace('}', "}}"));
    }

    /// A text with `{{`, `}}` and holes of any name.
    fn add(&mut self, text: &str) {
        self.found.extend(text.split('\n').filter_map(template));
    }

    /// What a macro is called with; the first text is a format string if `formats`.
    fn arguments(&mut self, arguments: &Arguments, formats: bool) {
        let mut first = formats;
        for argument in arguments {
            match argument {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) if first => {
                    first = false;
                    self.add(&text.value());
                }
                argument => self.visit_expr(argument),
            }
        }
    }

    /// Every text among tokens that are no list of expressions.
    fn literals(&mut self, mut rest: Cursor<'_>) {
        while !rest.eof() {
            // An attribute or a comment of what a macro makes.
            let attribute = rest.punct().filter(|(punct, _)| punct.as_char() == '#');
            let behind = attribute.and_then(|(_, next)| next.any_group());
            rest = if let Some((_, _, _, next)) = behind {
                next
            } else if let Some((inside, _, _, next)) = rest.any_group() {
                self.literals(inside);
                next
            } else if let Some((literal, next)) = rest.literal() {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    self.plain(&text.value());
                }
                next
            } else if let Some((_, next)) = rest.token_tree() {
                next
            } else {
                return;
            };
        }
    }
}

/// A line as it is kept: holes numbered, without what only joins it to others; none when it says nothing.
fn template(line: &str) -> Option<String> {
    let mut text = String::new();
    let mut holes = 0;
    let mut rest = line;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            text.push_str(&brace[..2]);
            rest = &brace[2..];
        } else {
            holes += 1;
            text.push_str(&format!("{{{holes}}}"));
            rest = brace.split_once('}').map_or("", |(_, rest)| rest);
        }
    }
    text.push_str(rest);
    let joins = |letter: char| letter.is_whitespace() || ";,:.".contains(letter);
    let text = text.trim_start_matches(joins).trim();
    let text = text.trim_end_matches([' ', ':', ';', ',', '(']);
    let words = text.split_whitespace().count();
    let spoken = text.split_whitespace().any(|word| {
        let letters = word.split('{').next().unwrap_or_default();
        letters
            .chars()
            .filter(|letter| letter.is_ascii_alphabetic())
            .count()
            >= 2
    });
    (words >= 2 && spoken).then(|| text.to_owned())
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("error")
            && let syn::Meta::List(list) = &attribute.meta
        {
            let tokens = TokenBuffer::new2(list.tokens.clone());
            match (
                list.parse_args_with(Arguments::parse_terminated),
                tokens.begin().literal(),
            ) {
                (Ok(arguments), _) => self.arguments(&arguments, true),
                // Such as `.0 * 1000.0` behind it, which only that macro reads.
                (Err(_), Some((literal, rest))) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.add(&text.value());
                    }
                    self.literals(rest);
                }
                (Err(_), None) => {}
            }
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs[..],
            syn::Item::Fn(item) => &item.attrs[..],
            syn::Item::Impl(item) => &item.attrs[..],
            syn::Item::Const(item) => &item.attrs[..],
            syn::Item::Static(item) => &item.attrs[..],
            _ => &[],
        };
        if !only_in_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !only_in_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    /// What a text is compared with is not said.
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        if !matches!(pattern, syn::Pat::Lit(_)) {
            visit::visit_pat(self, pattern);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "expect" || call.method == "expect_err" {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.plain(&text.value());
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|it| it.ident.to_string());
        let name = name.unwrap_or_default();
        if UNHEARD.contains(&name.as_str()) {
            return;
        }
        match call.parse_body_with(Arguments::parse_terminated) {
            Ok(arguments) => self.arguments(&arguments, FORMATS.contains(&name.as_str())),
            Err(_) => self.literals(TokenBuffer::new2(call.tokens.clone()).begin()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_is_found_and_nothing_else() {
        let found = templates_in(
            r#"
            /// In a comment of some words.
            #[derive(Debug, Error)]
            enum Wrong {
                #[error("{arm}: {} is warm\nPort: {port}", name(joint))]
                Warm,
                #[error("{:.0} mm too far", .0 * 1000.0)]
                Far,
                #[serde(rename = "not a sentence")]
                Other,
            }
            fn f() -> Failure {
                tracing::warn!("said to the log");
                let x = thing.expect("a promise to readers");
                panic!("no more words");
                failure(Code::Data, format!("; {} of {what:?} are gone", "the last one"), "Use {braces} well.");
                write!(f, "{{{}}} is odd: ", 3);
                vec!["one of these", "two"];
                items! { /// What a macro documents.
                    A => "what a macro says"; }
                match x { "a pattern here" => "the answer to it", _ => "word" }
            }
            #[cfg(test)] mod tests { const X: &str = "in a test only"; }
            #[test] fn t() { say("in a test only") }
            "#,
        )
        .unwrap();
        let wanted = [
            "Port: {1}",
            "Use {{braces}} well.",
            "one of these",
            "the answer to it",
            "the last one",
            "what a macro says",
            "{1} mm too far",
            "{1} of {2} are gone",
            "{1}: {2} is warm",
            "{{{1}}} is odd",
        ];
        assert_eq!(found, BTreeSet::from(wanted.map(str::to_owned)));
    }
}
