#pragma once
#include "core/base/user_text.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// One element of a header as a reader looks at it.
struct HeaderElement
{
    std::uint32_t tag = 0;
    std::string vr;   // of the file, of the dictionary where that is implicit: "PN"
    std::string name; // the standard's keyword; of a private one its own or its creator's
    std::string path; // "(0040,0555)[0](0008,0104)": items of the sequences it lies in count from 0
    int depth = 0;    // sequences that it lies in
    // UTF-8 on one line, several values with \ between them; of bytes that are no text the first, as "0A FF".
    std::string value;
    bool cut = false;                    // value: there is more
    bool read = true;                    // false: pixels, passed over
    bool hidden = false;                 // value: it was taken away, see withoutIdentifiers()
    std::optional<std::uint32_t> length; // bytes in the file; empty: a sequence that ends by a delimiter
    std::optional<std::size_t> items;    // of a sequence
};

struct HeaderList
{
    std::filesystem::path file;
    std::string transferSyntax;          // UID and name
    std::vector<HeaderElement> elements; // in the file's order, meta header first, items after their sequence
    std::vector<UserText> warnings;
    std::size_t hidden = 0; // elements whose values withoutIdentifiers() took away
};

// All of a DICOM file but its pixels, also where those are damaged or cut off: of a file that ends early or is broken
// what stands before that, with a warning that names tag and offset. Texts are decoded by the character set that holds
// where they stand. Error(Format) for another kind of file, or where nothing can be read.
HeaderList readHeaderList(const std::filesystem::path& file);

// Without what names the patient: the values of group 0010 but sex, age, size and weight, of all names of persons, of
// numbers of orders and admissions, and of every other element in which the patient's name or ID stands.
HeaderList withoutIdentifiers(HeaderList list);

} // namespace mama
