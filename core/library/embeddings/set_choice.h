#pragma once
#include "core/base/user_text.h"
#include "core/library/embeddings/embedding_set_info.h"

#include <span>
#include <string>

namespace mama {

// The set that is meant: by the name of its folder, its model's name, or the beginning of the model's hash; empty: the
// only model's, the set with the most rows. Sets without rows are none. Error(Usage) names the sets there are; none:
// what is said where there is no set at all.
EmbeddingSetInfo setMeant(std::span<const EmbeddingSetInfo> sets, const std::string& words, const UserText& action,
                          const UserText& none);

} // namespace mama
