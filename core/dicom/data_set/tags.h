#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

class DcmItem;

// Reading single values from DCMTK's data set, whatever representation the writer chose. Tags are group << 16 |
// element. Nothing here throws: a missing or unreadable value is empty.
namespace mama::tags {

bool present(DcmItem& item, std::uint32_t tag);
// First value, trimmed, as stored bytes: for codes, dates and UIDs.
std::string text(DcmItem& item, std::uint32_t tag);
std::vector<std::string> texts(DcmItem& item, std::uint32_t tag);
// The whole value with its separators, untouched, and limited to 64 KiB.
std::string wholeText(DcmItem& item, std::uint32_t tag);
// US, SS, UL, SL or IS; texts that begin with digits count.
std::optional<std::int64_t> integer(DcmItem& item, std::uint32_t tag);
// DS, FD, FL, IS and integers; finite only.
std::vector<double> numbers(DcmItem& item, std::uint32_t tag);
std::optional<double> number(DcmItem& item, std::uint32_t tag, std::size_t index = 0);
// Several values, of which not all are the same, where one belongs.
bool isContradictory(DcmItem& item, std::uint32_t tag);
// The value as 16-bit words (US, SS, OW) or as pairs of bytes, little endian (OB, UN).
std::vector<std::uint16_t> words(DcmItem& item, std::uint32_t tag);
std::vector<std::uint8_t> bytes(DcmItem& item, std::uint32_t tag);
// True for representation SS.
bool isSignedShort(DcmItem& item, std::uint32_t tag);
// Items of a sequence; empty if there is none.
std::vector<DcmItem*> items(DcmItem& item, std::uint32_t sequence);
DcmItem* firstItem(DcmItem& item, std::uint32_t sequence);
// Item of a functional group: the frame's own, else the shared one, else none (PS3.3 C.7.6.16).
DcmItem* group(DcmItem& dataset, int frame, std::uint32_t sequence);

} // namespace mama::tags
