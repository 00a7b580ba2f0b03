#include "core/study/name_subject.h"

#include "core/study/view_text.h"
#include "core/study/view_words.h"

#include <cctype>

namespace mama {
namespace {

struct Word
{
    std::string text;
    bool ofView = false; // side, view, modifier
};

std::vector<Word> wordsOf(const std::string& name)
{
    std::vector<Word> all(1);
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || byte >= 0x80)
            all.back().text += static_cast<char>(std::toupper(byte));
        else if (!all.back().text.empty())
            all.emplace_back();
    }
    if (all.back().text.empty())
        all.pop_back();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string& text = all[i].text;
        const ViewText alone = parseViewText(text), beside = parseViewText(text + " CC");
        all[i].ofView = !alone.view.empty() || beside.side != Side::Unknown || !beside.modifiers.empty() ||
                        isBreastWord(text) ||
                        (i > 0 && all[i - 1].ofView &&
                         parseViewText(all[i - 1].text + " " + text).view != parseViewText(all[i - 1].text).view);
        if (i == 0 || all[i].ofView || all[i - 1].ofView || parseViewText(all[i - 1].text + " " + text).view.empty())
            continue;
        all[i - 1].ofView = all[i].ofView = true; // "cranio-caudal"
    }
    return all;
}

// What is glued in front of a side or view: 001 of "001RCC", PATIENT1 of "PATIENT1L".
std::string gluedInFront(const std::string& word)
{
    const std::string letters = word.substr(0, word.find_last_not_of("0123456789") + 1);
    return letters.substr(0, letters.find_last_of("0123456789") + 1);
}

} // namespace

std::vector<std::string> subjectWords(const std::filesystem::path& file)
{
    std::vector<std::string> front, back;
    bool seen = false;
    for (const Word& word : wordsOf(file.stem().native())) {
        const bool date = word.text.size() == 8 && (word.text.starts_with("19") || word.text.starts_with("20")) &&
                          word.text.find_first_not_of("0123456789") == std::string::npos;
        if (word.ofView) {
            if (const std::string glued = gluedInFront(word.text); !glued.empty())
                (seen ? back : front).push_back(glued);
            seen = true;
            if (const std::string number = word.text.substr(word.text.find_last_not_of("0123456789") + 1);
                !number.empty()) // LCC2 is LCC_2
                back.push_back(number);
        } else if (!seen || date)
            front.push_back(word.text);
        else
            back.push_back(word.text);
    }
    return front.empty() ? back : front;
}

} // namespace mama
