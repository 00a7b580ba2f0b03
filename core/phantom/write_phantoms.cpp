#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/raster_file.h"
#include "core/phantom/render.h"
#include "core/phantom/study.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

namespace mama {
namespace phantom {
namespace {

namespace fs = std::filesystem;

std::string uid(std::uint64_t seed, std::uint64_t what) { return "2.25." + std::to_string(mix(mix(seed) ^ mix(what + 1000)) | 1); }

int densityOf(Random& random, const PhantomOptions& options, std::uint64_t seed)
{
    const double share = random.uniform();
    if (options.balanced)
        return 1 + static_cast<int>(seed % 4);
    return share < 0.1 ? 1 : share < 0.5 ? 2 : share < 0.9 ? 3 : 4;
}

StudyRecord planStudy(const PhantomOptions& options, std::uint64_t seed)
{
    Random random(seed, 20);
    StudyRecord study;
    study.seed = seed;
    study.patient = std::to_string(70000000 + seed);
    study.accession = std::to_string(8000000000 + seed);
    study.density = densityOf(random, options, seed);
    study.age = std::clamp(static_cast<int>(57 + 11 * random.normal()), 40, 85);
    study.date = std::to_string(2013 + random.below(8)) + "-0" + std::to_string(1 + random.below(9)) + "-1" + std::to_string(random.below(10));
    constexpr const char* races[] = {"Caucasian or White", "African American  or Black", "Asian"};
    study.race = races[random.below(3)];
    study.ethnicity = random.uniform() < 0.1 ? "Hispanic or Latino" : "Non-Hispanic or Latino";
    if (random.uniform() < 0.55) {
        const int side = random.below(2);
        study.breasts[side].lesions.push_back(makeLesion(mix(seed) + 1));
        if (random.uniform() < 0.15)
            study.breasts[1 - side].lesions.push_back(makeLesion(mix(seed) + 2));
    }
    for (BreastRecord& breast : study.breasts)
        for (const Lesion& lesion : breast.lesions)
            breast.assessment = graver(breast.assessment, lesion.assessment);
    return study;
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
        const double grain = static_cast<double>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)) / 65536.0 - 2;
        const double value = light + (light > 0 ? exposure.noise * grain * 1.7 : 0);
        pixels.values[i] = static_cast<std::uint16_t>(std::clamp(value * 4095, 0.0, 4095.0));
    }
    return pixels;
}

class StudyWriter
{
public:
    StudyWriter(const PhantomOptions& options, std::uint64_t seed) : m_options(options), m_study(planStudy(options, seed)) {}
    StudyRecord write()
    {
        for (const MammogramSide side : {MammogramSide::Left, MammogramSide::Right}) {
            const auto place = static_cast<std::uint64_t>(side);
            const Breast breast = makeBreast({mix(m_study.seed), mix(m_study.seed) + 100 + place, m_study.density});
            record(side).glandularFraction = breast.glandularFraction;
            for (const MammogramView view : {MammogramView::Cc, MammogramView::Mlo})
                writeView(breast, {side, view, mix(m_study.seed * 4 + 2 * place + static_cast<std::uint64_t>(view))});
        }
        return std::move(m_study);
    }

private:
    BreastRecord& record(MammogramSide side) { return m_study.breasts[side == MammogramSide::Left ? 0 : 1]; }

    void writeView(const Breast& breast, const Slot& slot)
    {
        const auto number = m_study.images.size();
        const std::string study = uid(m_study.seed, 0), series = uid(m_study.seed, 1 + number), sop = uid(m_study.seed, 10 + number);
        ImageRecord image{sop, "images/" + m_study.patient + "/" + study + "/" + series + "/" + sop + ".dcm", slot.side, slot.view, {}};
        const Frame frame = frameOf(breast, slot, m_options.rows, m_options.columns);
        Raster<float> light = renderTissue(breast, slot, frame);
        for (std::size_t i = 0; i < record(slot.side).lesions.size(); ++i)
            addLesion({breast, slot, frame}, light, image, i);
        addMarker(light, slot, frame);
        Random random(slot.seed, 30);
        Exposure exposure{random.uniform(0.9, 1.08), random.uniform(0.004, 0.009), 0, 0};
        exposure.width = random.uniform(2700, 3200); // normal tissue in the middle of the range, lesions below its end
        exposure.centre = exposure.width / 2;
        std::string date = m_study.date;
        std::erase(date, '-');
        writeMammogram(m_options.folder / image.path, {expose(light, exposure, slot.seed), 12, slot.side, slot.view, {frame.mm, frame.mm}, exposure.centre, exposure.width, WindowFunction::Linear,
                                                       study, series, sop, m_study.patient, m_study.accession, date, "MG Screening Bilateral", "phantom 1", static_cast<int>(number) + 1});
        m_study.images.push_back(std::move(image));
    }

    void addLesion(const Scene& scene, Raster<float>& light, ImageRecord& image, std::size_t number)
    {
        const Lesion& lesion = record(scene.slot.side).lesions[number];
        const LesionLayer layer = renderLesion(lesion, scene.breast, scene.slot, scene.frame);
        Raster<std::uint8_t> mask(light.rows, light.columns);
        for (int r = 0; r < layer.mask.rows; ++r)
            for (int c = 0; c < layer.mask.columns; ++c)
                mask.at(layer.top + r, layer.left + c) = light.at(layer.top + r, layer.left + c) > 0 ? layer.mask.at(r, c) : std::uint8_t{0};
        addLayer(light, layer);
        const PlanePoint at = scene.breast.project(lesion.place, scene.slot.view);
        const std::string path = "masks/" + image.sop + "_" + std::to_string(number) + ".png";
        writeAtomically(m_options.folder / path, encodePng(mask));
        image.lesions.push_back({image.sop, image.path, path, number, scene.frame.column(at.x), scene.frame.row(at.y)});
    }

    const PhantomOptions& m_options;
    StudyRecord m_study;
};

void check(const PhantomOptions& o)
{
    const auto require = [](bool good, const char* why) {
        if (!good)
            throw Error(ErrorCode::Usage, "write phantoms", "options", why);
    };
    require(o.studies > 0, "the number of studies must be positive");
    require(o.rows >= 64 && o.rows <= 4096 && o.columns >= 64 && o.columns <= 4096, "rows and columns must be 64 to 4096");
    require(o.seed <= 20000000 && o.studies <= 9000000, "the seed must be at most 20000000");
    require(!o.folder.empty(), "no folder is given");
}

// Studies are handed out one at a time; the first failure stops all.
class Pool
{
public:
    Pool(const PhantomOptions& options, const Job& job) : m_options(options), m_job(job), m_studies(static_cast<std::size_t>(options.studies)) {}
    std::vector<StudyRecord>& run()
    {
        const int wanted = m_options.threads > 0 ? m_options.threads : static_cast<int>(std::thread::hardware_concurrency());
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < std::clamp(wanted, 1, m_options.studies); ++i)
                threads.emplace_back([this] { work(); });
        }
        if (m_failure)
            std::rethrow_exception(m_failure);
        return m_studies;
    }

private:
    void work()
    {
        for (std::size_t i = m_next++; i < m_studies.size() && !m_job.cancelled() && !m_stop; i = m_next++)
            try {
                m_studies[i] = StudyWriter(m_options, m_options.seed + i).write();
                const std::scoped_lock lock(m_mutex);
                m_job.report(++m_done, m_studies.size(), "phantoms");
            } catch (...) {
                const std::scoped_lock lock(m_mutex);
                m_failure = std::current_exception();
                m_stop = true;
            }
    }

    const PhantomOptions& m_options;
    const Job& m_job;
    std::vector<StudyRecord> m_studies;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_stop = false;
    std::mutex m_mutex;
    std::uint64_t m_done = 0;
    std::exception_ptr m_failure;
};

} // namespace
} // namespace phantom

Cancellable<PhantomSummary> writePhantoms(const PhantomOptions& options, const Job& job)
{
    phantom::check(options);
    const auto start = std::chrono::steady_clock::now();
    phantom::Pool pool(options, job);
    const std::vector<phantom::StudyRecord>& studies = pool.run();
    if (job.cancelled())
        return {};
    phantom::writeTables(options.folder, studies);
    PhantomSummary summary{options.studies, 4 * options.studies, 0, 0, 0};
    for (const phantom::StudyRecord& study : studies) {
        const auto lesions = study.breasts[0].lesions.size() + study.breasts[1].lesions.size();
        summary.lesions += static_cast<int>(lesions);
        summary.studiesWithFinding += lesions > 0;
    }
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return summary;
}

} // namespace mama
