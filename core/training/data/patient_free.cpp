#include "core/training/data/patient_free.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {

std::string withoutPatient(const fs::path& path, const std::string& patient)
{
    constexpr std::size_t telling = 5; // a shorter name is part of too much else
    if (patient.empty())
        return path.string();
    fs::path shown;
    for (const fs::path& part : path) {
        std::string name = part.string();
        if (name == patient || part.stem() == patient)
            name = "*" + (name == patient ? "" : part.extension().string());
        else if (patient.size() >= telling)
            for (std::size_t at = 0; (at = name.find(patient, at)) != std::string::npos; ++at)
                name.replace(at, patient.size(), "*");
        shown /= name;
    }
    return shown.string();
}

std::string withoutPatient(const fs::path& path, const TrainingIndex& index)
{
    const auto image = std::find_if(index.images.begin(), index.images.end(),
                                    [&](const TrainingImage& one) { return one.path == path; });
    return image == index.images.end() ? path.string() : withoutPatient(path, image->fields.patient);
}

} // namespace mama
