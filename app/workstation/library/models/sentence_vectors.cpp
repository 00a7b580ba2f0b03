#include "app/workstation/library/models/sentence_vectors.h"

#include "widgets/look/shown_text.h"

#include <algorithm>

namespace mama {

std::map<QString, SentenceVector> sentenceVectors(const protocol::TextVectorsReply& reply, const QStringList& asked)
{
    std::map<QString, SentenceVector> out;
    for (qsizetype i = 0; i < std::min(static_cast<qsizetype>(reply.texts.size()), asked.size()); ++i) {
        const protocol::TextVectorsReply::Text& text = reply.texts[static_cast<std::size_t>(i)];
        SentenceVector vector{text.vector, {}};
        for (const UserText& note : text.warningTexts)
            vector.notes << shownLine(note);
        out[asked[i]] = std::move(vector);
    }
    return out;
}

} // namespace mama
