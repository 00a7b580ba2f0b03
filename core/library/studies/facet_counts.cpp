#include "core/library/studies/facet_counts.h"

#include <algorithm>

namespace mama {

// Each study counts once for each of its values: `last` remembers by value which study was counted last, since a
// study's rows stand together.
Facet facetOf(const StudyColumn& column, const StudySet& among, std::size_t studies)
{
    Facet facet{column.name, {}};
    std::vector<std::size_t> counts(column.values.size()), all(column.values.size());
    std::size_t *const ofAmong = counts.data(), *const ofAll = all.data(); // half a million rows: no checks in the loop
    const std::uint16_t* const codes = column.codes.data();
    if (!column.of) {
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            ++ofAll[codes[row]];
            ofAmong[codes[row]] += among.has(row);
        }
    } else {
        std::vector<std::uint32_t> latest(column.values.size(), ~std::uint32_t{0});
        std::uint32_t* const last = latest.data();
        const std::uint32_t* const of = column.of->data();
        StudySet given(studies), inside = among;
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            const std::uint32_t study = of[row];
            const std::uint16_t code = codes[row];
            if (code == 0 || last[code] == study)
                continue;
            last[code] = study;
            given.add(study);
            ++ofAll[code];
            ofAmong[code] += among.has(study);
        }
        all[0] = studies - given.count();
        given.invert();
        inside.keep(given);
        counts[0] = inside.count();
    }
    for (std::size_t code = 0; code < column.values.size(); ++code)
        if (all[code] > 0)
            facet.values.push_back({column.values[code], counts[code], all[code], std::string(column.meaning(code))});
    std::stable_sort(facet.values.begin(), facet.values.end(),
                     [](const FacetValue& a, const FacetValue& b) { return a.all > b.all; });
    return facet;
}

} // namespace mama
