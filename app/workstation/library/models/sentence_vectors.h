#pragma once
#include "core/protocol/text_vectors.h"

#include <QStringList>
#include <map>

namespace mama {

// A sentence as a model has it, and what the model says of it: unlike anything it knows, negated, cut.
struct SentenceVector
{
    std::vector<float> values; // [embedding], L2-normalised
    QStringList notes;
};

// By sentence; asked: those of the request, in its order.
std::map<QString, SentenceVector> sentenceVectors(const protocol::TextVectorsReply& reply, const QStringList& asked);

} // namespace mama
