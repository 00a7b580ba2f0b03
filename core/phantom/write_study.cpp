#include "core/base/files.h"
#include "core/image/files/raster_file.h"
#include "core/phantom/prior.h"
#include "core/phantom/render.h"
#include "core/phantom/study.h"

#include <algorithm>

namespace mama::phantom {
namespace {

std::string uid(std::uint64_t seed, std::uint64_t what)
{
    return "2.25." + std::to_string(mix(mix(seed) ^ mix(what + 1000)) | 1);
}

void addLayer(Raster<float>& image, const LesionLayer& layer)
{
    for (int r = 0; r < layer.added.rows; ++r)
        for (int c = 0; c < layer.added.columns; ++c)
            if (float& pixel = image.at(layer.top + r, layer.left + c); pixel > 0)
                pixel += layer.added.at(r, c);
}

struct Exposure
{
    double gain = 1, noise = 0.006, centre = 2048, width = 4096;
};

Raster<std::uint16_t> expose(const Raster<float>& image, const Exposure& exposure, std::uint64_t seed)
{
    Raster<std::uint16_t> pixels(image.rows, image.columns);
    for (std::size_t i = 0; i < image.values.size(); ++i) {
        const double light = std::max(0.0f, image.values[i]) * exposure.gain;
        const std::uint64_t bits = mix(seed + i); // the sum of four uniform numbers: close to normal
        const double grain =
            static_cast<double>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)) /
                65536.0 -
            2;
        const double value = light + (light > 0 ? exposure.noise * grain * 1.7 : 0);
        pixels.values[i] = static_cast<std::uint16_t>(std::clamp(value * 4095, 0.0, 4095.0));
    }
    return pixels;
}

class StudyWriter
{
public:
    StudyWriter(const PhantomOptions& options, StudyRecord& study) : m_options(options), m_study(study) {}
    void write()
    {
        for (const Side side : {Side::Left, Side::Right}) {
            const std::uint64_t place = side == Side::Left ? 0 : 1;
            const BreastPlan plan{mix(m_study.seed), mix(m_study.seed) + 100 + place, m_study.density};
            Breast breast = makeBreast(plan);
            if (m_study.prior)
                compressAnew(breast, plan.own);
            record(side).glandularFraction = breast.glandularFraction;
            for (const View view : {View::CC, View::MLO})
                writeView(breast, {side, view, mix(m_study.seed * 4 + 2 * place + (view == View::CC ? 0 : 1))});
        }
    }

private:
    BreastRecord& record(Side side) { return m_study.breasts[side == Side::Left ? 0 : 1]; }

    void writeView(const Breast& breast, const Slot& slot)
    {
        const auto number = m_study.images.size();
        const std::uint64_t exam = m_study.prior ? 100 : 0;
        const std::string study = uid(m_study.seed, exam), series = uid(m_study.seed, exam + 1 + number),
                          sop = uid(m_study.seed, exam + 10 + number);
        ImageRecord image{sop,
                          "images/" + m_study.patient + "/" + study + "/" + series + "/" + sop + ".dcm",
                          slot.side,
                          slot.view,
                          {}};
        Frame frame = frameOf(breast, slot, m_options.rows, m_options.columns);
        if (m_study.prior)
            positionAnew(frame, slot.seed);
        Raster<float> light = renderTissue(breast, slot, frame);
        for (std::size_t i = 0; i < record(slot.side).lesions.size(); ++i)
            addLesion({breast, slot, frame}, light, image, i);
        addMarker(light, slot, frame);
        const std::uint64_t shot =
            m_study.prior ? mix(slot.seed + 1) : slot.seed; // the tissue's texture is the slot's in both
        Random random(shot, 30);
        Exposure exposure{random.uniform(0.9, 1.08), random.uniform(0.004, 0.009), 0, 0};
        exposure.width = random.uniform(2700, 3200); // normal tissue in the middle of the range, lesions below its end
        exposure.centre = exposure.width / 2;
        writeMammogram(m_options.folder / image.path, {expose(light, exposure, shot),
                                                       12,
                                                       slot.side,
                                                       slot.view,
                                                       {frame.mm, frame.mm},
                                                       exposure.centre,
                                                       exposure.width,
                                                       WindowFunction::Linear,
                                                       study,
                                                       series,
                                                       sop,
                                                       m_study.patient,
                                                       m_study.accession,
                                                       dateText(m_study.date, ""),
                                                       "MG Screening Bilateral",
                                                       "phantom 1",
                                                       static_cast<int>(number) + 1});
        m_study.images.push_back(std::move(image));
    }

    void addLesion(const Scene& scene, Raster<float>& light, ImageRecord& image, std::size_t number)
    {
        const Lesion& lesion = record(scene.slot.side).lesions[number];
        const LesionLayer layer = renderLesion(lesion, scene.breast, scene.slot, scene.frame);
        Raster<std::uint8_t> mask(light.rows, light.columns);
        for (int r = 0; r < layer.mask.rows; ++r)
            for (int c = 0; c < layer.mask.columns; ++c)
                mask.at(layer.top + r, layer.left + c) =
                    light.at(layer.top + r, layer.left + c) > 0 ? layer.mask.at(r, c) : std::uint8_t{0};
        addLayer(light, layer);
        const PlanePoint at = scene.breast.project(lesion.place, scene.slot.view);
        const std::string path = "masks/" + image.sop + "_" + std::to_string(number) + ".png";
        writeAtomically(m_options.folder / path, encodePng(mask));
        image.lesions.push_back({image.sop, image.path, path, number, scene.frame.column(at.x), scene.frame.row(at.y)});
    }

    const PhantomOptions& m_options;
    StudyRecord& m_study;
};

} // namespace

void writeStudy(const PhantomOptions& options, StudyRecord& study) { StudyWriter(options, study).write(); }

} // namespace mama::phantom
