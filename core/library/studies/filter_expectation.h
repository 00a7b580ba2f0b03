#pragma once
#include <string>
#include <string_view>

namespace mama {

// What goes on where a filter ends.
struct FilterExpectation
{
    enum Kind {
        Nothing, // it is wrong before its end
        Field,   // or "not", a quantifier, a bracket
        MissingField,
        Sign,
        CountSign,
        Value,
        List, // its opening bracket
        ListEnd,
        And, // of between
        Tag,
        Level,
        Number,
        Model, // whose score
        Joiner // "and", "or", a closing bracket
    } kind = Nothing;
    std::string field, level; // of the value; of the quantifier that it stands in, empty: none
    int open = 0;             // brackets
};

FilterExpectation expectedAfter(std::string_view text);

} // namespace mama
