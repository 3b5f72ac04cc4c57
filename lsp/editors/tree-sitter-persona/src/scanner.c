// What needs to look ahead:
//
// - Units: `10 km`, `3 months`. A unit stands on its number's line, and a word followed by `:`, `=` or `when` is a name.
// - The end of a clause's expression, which is a token without room. Newlines are white space in persona, so what
//   follows decides: an operator or one of its words goes on, anything else begins the next clause. With it, the parser
//   needs to know once what may follow an expression, and not once for each clause; that makes it small.

#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType { UNIT, END, LOST };

// Longer words are neither units nor operators.
#define LONGEST 15

static const char *const UNITS[] = {
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks",
    "month", "months", "quarter", "quarters", "year", "years", "km", "mi", "m", NULL,
};

// Words that go on with an expression, or with the question in it, wherever they stand.
static const char *const GOES_ON[] = {
    "and", "or", "in", "is", "not", "between", "contains", "starts", "ends", "matches", "before", "after", "div", "mod",
    "where", "then", "ago", "as", "within", "exactly", "calendar", "for", NULL,
};

void *tree_sitter_persona_external_scanner_create(void) { return NULL; }

void tree_sitter_persona_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_persona_external_scanner_serialize(void *payload, char *buffer) {
    (void)payload;
    (void)buffer;
    return 0;
}

void tree_sitter_persona_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    (void)payload;
    (void)buffer;
    (void)length;
}

static bool is_word(int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

static bool is_one_of(const char *word, const char *const *list) {
    for (; *list; list++) {
        if (strcmp(word, *list) == 0) {
            return true;
        }
    }
    return false;
}

// Reads a word; one that is too long is read to its end and is "".
static void read_word(TSLexer *lexer, char *word) {
    unsigned length = 0;
    while (is_word(lexer->lookahead)) {
        if (length < LONGEST) {
            word[length] = (char)lexer->lookahead;
        }
        length++;
        lexer->advance(lexer, false);
    }
    word[length <= LONGEST ? length : 0] = 0;
}

static void skip_blanks(TSLexer *lexer) {
    while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
        lexer->advance(lexer, false);
    }
}

// Whether what follows makes the word before it a name: `:`, `=` (but no `==`, `=~`, `=>`), `when`.
static bool makes_a_name(TSLexer *lexer) {
    skip_blanks(lexer);
    if (lexer->lookahead == ':') {
        return true;
    }
    if (lexer->lookahead == '=') {
        lexer->advance(lexer, false);
        return lexer->lookahead != '=' && lexer->lookahead != '~' && lexer->lookahead != '>';
    }
    char word[LONGEST + 1];
    read_word(lexer, word);
    return strcmp(word, "when") == 0;
}

// Goes to what is neither white space nor a comment. `slash` says that it is a slash, which has been read.
static bool skip_to_text(TSLexer *lexer, bool *slash) {
    bool newline = false;
    *slash = false;
    for (;;) {
        if (lexer->lookahead == '\n') {
            newline = true;
        } else if (lexer->lookahead == '/') {
            lexer->advance(lexer, true);
            if (lexer->lookahead != '/') {
                *slash = true;
                return newline;
            }
            while (lexer->lookahead != '\n' && !lexer->eof(lexer)) {
                lexer->advance(lexer, true);
            }
            continue;
        } else if (lexer->lookahead != ' ' && lexer->lookahead != '\t' && lexer->lookahead != '\r') {
            return newline;
        }
        lexer->advance(lexer, true);
    }
}

// Whether the word that was read begins something new. What is behind it has not been read.
static bool word_ends(TSLexer *lexer, const char *word, bool newline) {
    if (is_one_of(word, GOES_ON)) {
        return false;
    }
    char next[LONGEST + 1];
    if (strcmp(word, "at") == 0) {
        // `at least 3 times` goes on; `at 09:00` is another part.
        skip_blanks(lexer);
        read_word(lexer, next);
        return strcmp(next, "least") != 0 && strcmp(next, "most") != 0;
    }
    if (strcmp(word, "per") == 0 || strcmp(word, "to") == 0) {
        // On a line of its own it is a clause.
        return newline;
    }
    if (strcmp(word, "from") == 0) {
        // `from 90d ago`, `from (start) ago`, `from now`; not `from "file"`, `from Product`.
        skip_blanks(lexer);
        if ((lexer->lookahead >= '0' && lexer->lookahead <= '9') || lexer->lookahead == '(') {
            return false;
        }
        read_word(lexer, next);
        return strcmp(next, "now") != 0;
    }
    if (strcmp(word, "when") == 0) {
        // `quiet 21:00 to 08:00 when …` goes on; `when full drop` on the next line does not.
        return newline;
    }
    return true;
}

// Whether the sign that follows begins something new.
static bool sign_ends(TSLexer *lexer, bool newline) {
    switch (lexer->lookahead) {
    case '+':
    case '-':
    case '*':
    case '=':
    case '!':
    case '<':
    case '>':
    case '?':
    case '.':
        return false;
    case '[':
    case '(':
        return newline;
    default:
        return true;
    }
}

bool tree_sitter_persona_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
    (void)payload;
    if (valid_symbols[LOST]) {
        return false;
    }
    char word[LONGEST + 1];
    // The end takes no room: it is here, whatever is read from now on.
    lexer->mark_end(lexer);
    while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
        lexer->advance(lexer, true);
    }
    bool newline = false;
    bool slash = false;
    if (!is_word(lexer->lookahead)) {
        if (!valid_symbols[END]) {
            return false;
        }
        newline = skip_to_text(lexer, &slash);
    } else if (valid_symbols[UNIT]) {
        read_word(lexer, word);
        if (is_one_of(word, UNITS)) {
            // A name is seen only by reading on, and then the unit's end must have been marked.
            lexer->mark_end(lexer);
            lexer->result_symbol = UNIT;
            return !makes_a_name(lexer);
        }
        lexer->result_symbol = END;
        return valid_symbols[END] && word_ends(lexer, word, false);
    }
    if (!valid_symbols[END] || slash) {
        return false;
    }
    lexer->result_symbol = END;
    if (!is_word(lexer->lookahead)) {
        return lexer->eof(lexer) || sign_ends(lexer, newline);
    }
    read_word(lexer, word);
    return word_ends(lexer, word, newline);
}
