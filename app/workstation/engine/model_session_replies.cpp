#include "app/workstation/engine/model_session.h"

#include "core/base/path_text.h"
#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <QMap>
#include <algorithm>
#include <cmath>
#include <limits>

// What the engine answered or refused.
namespace mama {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

double first(const std::vector<double>& scores) { return scores.empty() ? nan : scores.front(); }

// Of core/zeroshot/outside_training.h, which the window cannot include.
bool isOutside(const UserText& warning) { return warning.id().starts_with("zeroshot.outside_"); }

// Empty if the values do not fit the geometry: no map rather than a wrong one.
std::shared_ptr<const viewer::MapOverlay> overlayOf(const protocol::QueryReply::Map& map, const Geometry& geometry,
                                                    bool difference)
{
    if (map.values.empty() || map.rows != geometry.gridRows() || map.columns != geometry.gridColumns())
        return nullptr;
    Raster<float> values(map.rows, map.columns);
    values.values = map.values;
    return std::make_shared<viewer::MapOverlay>(viewer::MapOverlay{std::move(values), geometry, {}, difference});
}

} // namespace

void ModelSession::answered(int id, const nlohmann::json& result)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end())
        return;
    const Pending pending = found->second;
    m_pending.erase(found);
    try {
        switch (pending.kind) {
        case Request::Load: takeModel(protocol::LoadReply::fromJson(result)); break;
        case Request::Encode: takeStudy(pending.sentence, protocol::EncodeReply::fromJson(result)); break;
        case Request::Query: takeScores(pending.sentence, protocol::QueryReply::fromJson(result)); break;
        case Request::QueryBeside: takeBeside(pending.sentence, protocol::QueryReply::fromJson(result)); break;
        case Request::Prepare:
            Q_EMIT prepared(pending.sentence.toULongLong(), protocol::PrepareReply::fromJson(result));
            break;
        }
    } catch (
        const std::exception& error) { // a reply that is not what the protocol says; asked again, it would be so too
        giveUp(pending, tr("The engine's reply could not be read: %1").arg(shownError(error)));
    }
    if (m_pending.empty())
        Q_EMIT progress({}, 0, -1);
    advance();
}

void ModelSession::refused(int id, const QString& reason, const QString& where)
{
    const auto found = m_pending.find(id);
    if (found == m_pending.end())
        return;
    const Pending pending = found->second;
    m_pending.erase(found);
    const bool query = pending.kind == Request::Query || pending.kind == Request::QueryBeside;
    if (query && (where == QLatin1String(protocol::studyField) || where == QLatin1String(protocol::mapMinusStudyField)))
        m_encoded.clear(); // forgotten by the engine: encoded again, which the cache on disk makes quick
    else
        giveUp(pending, reason);
    if (m_pending.empty())
        Q_EMIT progress({}, 0, -1);
    advance();
}

// What is not asked again before somebody wishes it anew.
void ModelSession::giveUp(const Pending& pending, const QString& reason)
{
    if (pending.kind == Request::Load) {
        m_modelProblem = reason;
        Q_EMIT modelChanged();
    } else if (pending.kind == Request::Encode) {
        m_encodingRefused = true;
        Q_EMIT encodingFailed(reason);
    } else if (pending.kind == Request::Prepare) {
        Q_EMIT notPrepared(pending.sentence.toULongLong(), reason);
    } else if (const int row = rowOf(pending.sentence); row >= 0 && pending.kind == Request::QueryBeside) {
        m_maps[static_cast<std::size_t>(row)].beside.emplace(); // no map beside: nothing hangs there
        Q_EMIT scoresChanged();
    } else if (row >= 0) {
        m_scores[static_cast<std::size_t>(row)].state = SentenceScores::State::Failed;
        m_scores[static_cast<std::size_t>(row)].note = reason;
        Q_EMIT scoresChanged();
    }
}

void ModelSession::takeModel(const protocol::LoadReply& reply)
{
    const protocol::ModelReply& model = reply.model;
    ModelFacts facts;
    facts.folder = m_folder;
    facts.name = text(model.name);
    facts.hash = text(model.hash);
    facts.kind = text(model.kind);
    facts.trainedOn = text(model.trainedOn);
    facts.licence = text(model.licence);
    facts.notice = text(model.notice);
    facts.profile = text(model.profile) + QStringLiteral(" v%1").arg(model.profileVersion);
    facts.device = text(model.device);
    facts.precision = text(model.precision);
    for (const std::string& example : model.examples)
        facts.examples.append(text(example));
    facts.maps = model.maps;
    facts.text = model.text;
    for (const std::string& way : model.mapWays)
        facts.mapWays.append(text(way));
    facts.meanMaps = model.meanMaps;
    if (m_less.what == QLatin1String("reference") && !facts.meanMaps)
        m_less = {}; // of the model before
    m_model = facts;
    Q_EMIT modelChanged();
}

void ModelSession::takeStudy(const QString& way, const protocol::EncodeReply& reply)
{
    m_geometry.clear();
    QStringList refusals;
    for (const auto* list : {&reply.skipped, &reply.refused})
        for (const protocol::NotUsed& file : *list) {
            const QString reason = file.reasonText.empty() ? text(file.reason) : shownText(file.reasonText);
            refusals.append(reason.contains(text(file.path)) ? reason
                                                             : text(file.path) + QStringLiteral(": ") + reason);
        }
    for (const protocol::EncodedImage& image : reply.images)
        if (const auto index = sentIndex(image.image))
            m_geometry[*index] = Geometry::fromJson(image.patches.geometry);
    const bool again = !m_encoded.empty();
    Encoded there{reply.study, !reply.images.empty(), 0};
    bool known = true;
    for (const protocol::EncodedImage& image : reply.images) {
        there.kept = there.kept && image.kept;
        known = known && (image.kept || image.anewMilliseconds);
        if (!image.kept)
            there.anewSeconds += image.anewMilliseconds.value_or(0) / 1000;
    }
    if (!known)
        there.anewSeconds = 0;
    for (auto& [other, earlier] : m_encoded) { // the inputs that are kept are of all ways
        earlier.kept = there.kept;
        earlier.anewSeconds = there.anewSeconds;
    }
    m_encoded[way] = there;
    Q_EMIT encodingFinished(again ? QStringList() : refusals); // which were told of the first way
}

// Study::images index of an image that was sent and that the engine names.
std::optional<std::size_t> ModelSession::sentIndex(const protocol::ImageName& image) const
{
    for (const std::size_t index : m_sent) {
        const StudyImage& sent = m_study->images[index];
        if (pathText(sent.path) == image.path && sent.frame == image.frame)
            return index;
    }
    return {};
}

void ModelSession::takeScores(const QString& sentence, const protocol::QueryReply& reply)
{
    const int row = rowOf(sentence);
    if (row < 0)
        return; // removed meanwhile
    SentenceScores& scores = m_scores[static_cast<std::size_t>(row)];
    scores.images.clear();
    scores.imageRanks.clear();
    scores.imageNeutral.clear();
    scores.outside.clear();
    for (const protocol::QueryReply::Image& image : reply.images) {
        const auto index = sentIndex(image.image);
        const auto geometry = index ? m_geometry.find(*index) : m_geometry.end();
        if (geometry == m_geometry.end())
            continue;
        const viewer::PaneId pane{m_study->uid, *index};
        scores.images[pane] = first(image.scores);
        scores.imageRanks[pane] = first(image.ranks);
        scores.imageNeutral[pane] = first(image.neutralRanks);
        for (const UserText& warning : image.warningTexts)
            if (isOutside(warning))
                scores.outside[pane] +=
                    (scores.outside[pane].isEmpty() ? QString() : QStringLiteral("; ")) + shownText(warning);
    }
    scores.right = scores.left = scores.rightRank = scores.leftRank = scores.rightNeutral = scores.leftNeutral = nan;
    for (const protocol::QueryReply::Breast& breast : reply.breasts) {
        const bool right = breast.side == name(Side::Right);
        (right ? scores.right : scores.left) = first(breast.scores);
        (right ? scores.rightRank : scores.leftRank) = first(breast.ranks);
        (right ? scores.rightNeutral : scores.leftNeutral) = first(breast.neutralRanks);
    }
    scores.study = first(reply.study.scores);
    scores.studyRank = first(reply.study.ranks);
    scores.studyNeutral = first(reply.study.neutralRanks);
    scores.neutral = reply.neutral ? text(reply.neutral->name) : QString();
    const protocol::QueryReply::Text& asked = reply.texts.at(0);
    scores.unlike = asked.unlike;
    scores.negated = asked.negated.has_value();
    scores.notVisual = asked.notVisual.has_value();
    scores.mapSentence = asked.mapSentence && asked.sentences > 1 ? text(*asked.mapSentence) : QString();
    scores.reference = referenceOf(reply);
    scores.mapRange = asked.mapRange;
    scores.note = notesOf(reply);
    scores.state = SentenceScores::State::Done;
    static_cast<TextMaps&>(m_maps[static_cast<std::size_t>(row)]) = mapsOf(reply);
    Q_EMIT scoresChanged();
    Q_EMIT mapsReady(row);
}

void ModelSession::takeBeside(const QString& sentence, const protocol::QueryReply& reply)
{
    const int row = rowOf(sentence);
    if (row < 0)
        return;
    m_maps[static_cast<std::size_t>(row)].beside = mapsOf(reply);
    Q_EMIT mapsReady(row);
}

// A map for each sentence of the text and image; the last one's is shown first.
ModelSession::TextMaps ModelSession::mapsOf(const protocol::QueryReply& reply) const
{
    TextMaps row;
    const protocol::QueryReply::Text& asked = reply.texts.at(0);
    MapFacts& facts = row.facts;
    facts.way = text(reply.provenance.mapWay.value_or(""));
    facts.less = {text(reply.provenance.mapMinus.value_or("none")), {}};
    const QString of = text(reply.provenance.mapMinusText.value_or(""));
    const bool named = facts.less.what == QLatin1String("sentence") || facts.less.what == QLatin1String("way");
    (named ? facts.less.sentence : facts.lessOf) = of;
    for (const std::string& words : asked.sentenceTexts)
        facts.sentences.append(text(words));
    for (const protocol::QueryReply::MapRange& range : asked.mapRanges)
        facts.ranges.push_back(std::isfinite(range.low) ? std::optional(std::array{range.low, range.high})
                                                        : std::nullopt);
    for (const protocol::QueryReply::Image& image : reply.images) {
        const auto index = sentIndex(image.image);
        const auto geometry = index ? m_geometry.find(*index) : m_geometry.end();
        if (geometry == m_geometry.end() || !image.maps)
            continue;
        for (const protocol::QueryReply::Map& map : *image.maps) {
            auto overlay = overlayOf(map, geometry->second, facts.less.what != QLatin1String("none"));
            if (!overlay)
                continue;
            row.ofSentences.resize(std::max(row.ofSentences.size(), static_cast<std::size_t>(map.sentence) + 1));
            row.ofSentences[map.sentence].push_back({{m_study->uid, *index}, std::move(overlay)});
        }
    }
    const auto last = static_cast<int>(row.ofSentences.size()) - 1,
               worded = static_cast<int>(facts.sentences.size()) - 1;
    facts.sentence = std::max(0, worded < 0 ? last : std::min(last, worded));
    return row;
}

// What the ranks are among, or why there are none.
QString ModelSession::referenceOf(const protocol::QueryReply& reply)
{
    constexpr std::uint64_t few = 100; // a rank among fewer is coarser than the percent that is shown
    if (reply.reference && reply.reference->studies < few)
        return tr("%1; only %n studies", nullptr, static_cast<int>(reply.reference->studies))
            .arg(text(reply.reference->name));
    if (reply.reference)
        return text(reply.reference->name);
    return reply.referenceProblem ? text(*reply.referenceProblem) : QString();
}

QString ModelSession::notesOf(const protocol::QueryReply& reply)
{
    QStringList notes;
    const protocol::QueryReply::Text& said = reply.texts.at(0);
    for (const UserText& warning : said.warningTexts)
        notes.append(shownText(warning));
    if (said.unlike && said.nearest)
        notes.append(tr("nearest that it knows: “%1”, %2")
                         .arg(text(said.nearest->text))
                         .arg(said.nearest->similarity, 0, 'f', 2));
    if (said.cutText)
        notes.append(tr("not read: “%1”").arg(text(*said.cutText)));
    QMap<QString, QStringList> ofImages; // by what is said
    for (const protocol::QueryReply::Image& image : reply.images)
        for (const UserText& warning : image.warningTexts)
            if (!isOutside(warning)) // said on the picture
                ofImages[shownText(warning)].append(image.image.slot == name(Slot::Extra)
                                                        ? text(image.image.path).section(QLatin1Char('/'), -1)
                                                        : text(image.image.slot));
    for (auto each = ofImages.cbegin(); each != ofImages.cend(); ++each)
        notes.append(tr("%1: %2").arg(each.value().join(QStringLiteral(", ")), each.key()));
    if (said.unnegated && std::isfinite(said.unnegated->study))
        notes.append(tr("without the negation, “%1”: study %2")
                         .arg(text(said.unnegated->text))
                         .arg(shownNumber(said.unnegated->study, 3)));
    return notes.join(QLatin1Char('\n'));
}

} // namespace mama
