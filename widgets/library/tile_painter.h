#pragma once
#include "widgets/library/study_tile.h"

#include <QCache>
#include <QCoreApplication>
#include <QPainter>
#include <QPalette>
#include <QPixmap>

namespace mama {

// Draws studies as tiles, and single views. Keeps the pictures that it has made smaller.
class TilePainter
{
    Q_DECLARE_TR_FUNCTIONS(mama::TilePainter)
public:
    struct Look
    {
        bool selected = false, current = false, focused = false; // focused: the list has the keys
    };

    // links: in place of a missing file's picture stands where it was, and a way to find it again.
    explicit TilePainter(int megabytes = 48, bool links = false);
    // The palette is that of the painter's device, the font the painter's own.
    void paint(QPainter& painter, const QRect& tile, const StudyTile& study, const Look& look);
    // Where a view of a tile lies; the views are in the order of StudyTile::pictures.
    static QRect cell(const QRect& tile, const StudyTile& study, int view, const QFontMetrics& font);
    // One view into its cell, chest wall at the inner edge. Returns where the whole picture lies: what is cut off
    // beyond the chest wall too, so that places in the image can be found. Empty: no picture.
    QRectF paintView(QPainter& painter, const QRect& cell, const TilePicture& view, bool right);
    // Where a rectangle of stored pixels lies, `whole` being where the whole picture does. Empty: there is no picture.
    static QRectF placeOn(const TilePicture& view, const QRectF& whole, const QRectF& stored);
    // Where in a missing file's cell the way to find it again is drawn; empty: there is no room.
    static QRect link(const QRect& cell, const QFontMetrics& font);
    // What stands above the views, in so many pixels: "90012 · 2013-05-04".
    static QString shownTitle(const StudyTile& study, int room, const QFontMetrics& font);
    // What stands in place of a picture: "file missing"; empty for one that is there.
    static QString word(const TilePicture& view);

private:
    void paintNotes(QPainter& painter, const QRect& line, const StudyTile& study, const Look& look);
    void paintHead(QPainter& painter, const QRect& line, const StudyTile& study, const Look& look);
    void paintWords(QPainter& painter, const QRect& cell, const TilePicture& view);
    const QPixmap& scaled(const TilePicture& view, const QRect& part, const QSize& size, double ratio);

    struct Key
    {
        qint64 picture = 0;
        QSize size{};
        bool operator==(const Key&) const = default;
        friend size_t qHash(const Key& key, size_t seed)
        {
            return qHashMulti(seed, key.picture, key.size.width(), key.size.height());
        }
    };
    QCache<Key, QPixmap> m_scaled; // cost: KiB
    bool m_links;
};

} // namespace mama
