#pragma once
#include <QColor>
#include <QImage>
#include <QRectF>
#include <QString>
#include <array>
#include <vector>

namespace mama {

struct TilePicture
{
    enum class State { None, Waiting, Ready, Missing, Refused };
    State state = State::None; // None: not in this study
    QImage picture{};          // Ready: as it hangs, chest wall inward
    QString name{};            // "R CC": stands there while there is no picture
    QString reason{};          // Missing, Refused: why, for the tooltip
    double wall = -1;          // Ready: where the breast begins at the chest wall, share of the width; -1: at the edge
    QSize stored{};            // Ready: of the image; `picture` is it made smaller
    bool mirrored = false, flipped = false; // against the stored image
    qint64 image = 0;                       // its id; 0: none hangs here
};

// What a study shows of itself in a grid: its four views as they hang.
struct StudyTile
{
    QString title, note;                   // "90012"; a score, or what is wrong
    QString others{};                      // what other models say, in small type beside the note
    std::vector<QColor> tags{};            // a dot each
    std::array<TilePicture, 4> pictures{}; // RCC, LCC, RMLO, LMLO
    int best = -1;                         // the view that a search found; -1: none
    QRectF found{};                        // where on it, in stored pixels; empty: it is of the whole image
    QString date{};                        // "2013-05-04"; empty: not known

    QString wholeTitle() const { return date.isEmpty() ? title : title + QStringLiteral(" \u00b7 ") + date; }
};

} // namespace mama
