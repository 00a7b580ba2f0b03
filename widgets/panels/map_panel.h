#pragma once
#include "widgets/viewer/scene/map_overlay.h"

#include <QList>
#include <QPair>
#include <QStringList>
#include <QWidget>
#include <optional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;

namespace mama {

// The controls of the alignment maps: which sentence's they are, what is taken off, how they are computed and drawn.
class MapPanel : public QWidget
{
    Q_OBJECT
public:
    explicit MapPanel(QWidget* parent = nullptr);

    void setStyle(const viewer::OverlayStyle& style); // does not emit
    void setMapsThere(bool there);                    // else nothing is drawn that could be controlled
    void setChoicesThere(bool there);                 // maps can be drawn, now or when they are asked for
    struct Ways
    {
        QList<QPair<QString, QString>> all; // each with its meaning, the default first
        QString current;                    // empty: the default
        std::optional<QString> beside;      // of a second map; empty: there is none
        QString note;                       // how long another one takes
    };
    // Shown where there are several. Does not emit.
    void setWays(const Ways& ways);
    // The sentences of the text whose maps can be shown; shown where there are several. Does not emit.
    void setSentences(const QStringList& sentences, int current);
    // What can be taken off: `what` none, reference, neutral, sentence with one of `others`, or way with one of the
    // other ways. Does not emit.
    void setLess(const QString& what, const QString& sentence, const QStringList& others, bool meanMaps);

Q_SIGNALS:
    void wayChosen(const QString& way);
    void besideChosen(const std::optional<QString>& way);
    void sentenceChosen(int sentence);
    void lessChosen(const QString& what, const QString& sentence);
    void styleChanged(const mama::viewer::OverlayStyle& style);
    void studyRangeAsked(); // the scale is to go from the lowest to the highest value on screen

private:
    void layOut();
    QString shownWay() const;
    void connectControls();
    void read();
    void readRange();
    void choose(viewer::RangeBasis basis);
    void show(const viewer::OverlayStyle& style);

    viewer::OverlayStyle m_style;
    bool m_showing = false, m_there = true;
    QCheckBox *m_visible, *m_cells, *m_isolines, *m_outline, *m_air, *m_unseen, *m_byValue;
    QComboBox *m_sentence, *m_less, *m_way, *m_beside;
    QLabel *m_sentenceLabel, *m_wayLabel, *m_besideLabel, *m_note;
    Ways m_ways;
    QSlider* m_opacity;
    QDoubleSpinBox *m_threshold, *m_low, *m_high;
    QComboBox* m_map;
    QPushButton *m_reference, *m_full, *m_range;
};

} // namespace mama
