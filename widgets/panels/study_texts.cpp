#include "widgets/panels/study_texts.h"

#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

namespace mama {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(mama::StudyPanel)
};

QString readableDate(const std::string& date)
{
    return date.size() == 8
               ? QString::fromStdString(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2))
               : QString::fromStdString(date);
}

QString marked(const UserText& warning) { return QStringLiteral("\n⚠ ") + shownText(warning); }

// How the files were put together, said alike of every image.
bool concernsStudy(const Study& study, const UserText& warning)
{
    return warning.id().starts_with("scan.") && std::ranges::all_of(study.images, [&](const StudyImage& image) {
               return std::ranges::find(image.warnings, warning) != image.warnings.end();
           });
}

// Where a side or view comes from: an attribute's name, or a name on the disk.
QString sourceText(const std::string& source)
{
    return source.empty()            ? QStringLiteral("–")
           : source == "file name"   ? Words::tr("file name")
           : source == "folder name" ? Words::tr("folder name")
                                     : QString::fromStdString(source);
}

} // namespace

QString studyText(const Study& study, bool identifiers)
{
    const std::string loose = "folder:";
    QString text =
        !study.date.empty() ? readableDate(study.date)
        : study.uid.starts_with(loose)
            ? QString::fromStdString(std::filesystem::path(study.uid.substr(loose.size())).filename().string())
            : Words::tr("no date");
    if (identifiers && (!study.patientName.empty() || !study.patientId.empty()))
        text += QStringLiteral(" · ") + QString::fromStdString(study.patientName) + QStringLiteral(" ") +
                QString::fromStdString(study.patientId);
    text += QStringLiteral(" · ") + Words::tr("%n image(s)", nullptr, static_cast<int>(study.images.size()));
    if (!study.images.empty())
        for (const UserText& warning : study.images.front().warnings)
            if (concernsStudy(study, warning))
                text += marked(warning);
    return text;
}

QString imageText(const Study& study, const StudyImage& image)
{
    QString text = QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
    if (image.slot == Slot::Extra)
        text += Words::tr(" (extra)");
    if (image.header.frames > 1)
        text += QStringLiteral(" · ") + Words::tr("frame %1 of %2").arg(image.frame + 1).arg(image.header.frames);
    for (const UserText& badge : image.badges)
        text += QStringLiteral(" · ") + shownText(badge);
    for (const UserText& warning : image.warnings)
        if (!concernsStudy(study, warning))
            text += marked(warning);
    return text;
}

QString extraText(const StudyImage& image)
{
    const QString label = QString::fromStdString(image.label.empty() ? pathText(image.path.filename()) : image.label);
    return image.header.frames > 1
               ? label + QLatin1Char('\n') + Words::tr("frame %1 of %2").arg(image.frame + 1).arg(image.header.frames)
               : label;
}

QString breakable(const QString& text)
{
    constexpr int longest = 16;
    QString out;
    int run = 0;
    bool here = false; // a line may end before the next character, which a blank allows anyhow
    for (const QChar each : text) {
        if (here && !each.isSpace())
            out += QChar(0x200b);
        run = here || each.isSpace() ? 0 : run;
        run += each.isSpace() ? 0 : 1;
        out += each;
        const bool joint = QStringLiteral("./_-,;:").contains(each);
        here = run >= longest || (joint && run > longest / 2);
    }
    return out;
}

QString imageTip(const StudyImage& image)
{
    QStringList lines{QString::fromStdString(pathText(image.place()))};
    lines << Words::tr("Side from %1, view from %2").arg(sourceText(image.sideSource), sourceText(image.viewSource));
    lines << Words::tr("%1 × %2 pixels, spacing: %3")
                 .arg(image.header.columns)
                 .arg(image.header.rows)
                 .arg(shownText(image.spacing.basis));
    for (const UserText& warning : image.warnings)
        lines << Words::tr("Warning: %1").arg(shownText(warning));
    return lines.join(QLatin1Char('\n'));
}

} // namespace mama
