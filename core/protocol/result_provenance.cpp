#include "core/protocol/provenance_fields.h"

namespace mama::protocol {

nlohmann::json Provenance::toJson() const { return written(*this); }

} // namespace mama::protocol
