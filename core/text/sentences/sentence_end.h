#pragma once
#include <cstddef>
#include <string_view>

namespace mama::text {

// Whether the mark at text[at] ends a sentence that began at `begin`. "." "!" "?" before a blank or the end do, and ";"
// always; a "." does not in a number, after an abbreviation ("Dr.", "approx.", "e.g."), after the initial of a name,
// after the number of a list ("2. Mass"), nor after a unit or letters with full stops that are
// followed by a small letter ("12 mm. in", "54 y.o. woman").
bool endsSentence(std::string_view text, std::size_t at, std::size_t begin);

// Length of a list's marker at the beginning of text, blanks behind it included: "- ", "* ", "1. ", "2) ", "(a) ", "iv)
// "; 0: there is none.
std::size_t bulletLength(std::string_view text);

} // namespace mama::text
