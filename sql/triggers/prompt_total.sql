-- What keeps prompt_total up to date.

CREATE TRIGGER prompt_after_insert_count
AFTER INSERT ON prompt
BEGIN
    UPDATE prompt_total
    SET total = total + 1
    WHERE is_voice = (NEW.kind <> 'text');
END;

CREATE TRIGGER prompt_after_update_count
AFTER UPDATE OF kind ON prompt
WHEN (NEW.kind <> 'text') <> (OLD.kind <> 'text')
BEGIN
    UPDATE prompt_total
    SET total = total + iif(is_voice = (NEW.kind <> 'text'), 1, -1);
END;

CREATE TRIGGER prompt_after_delete_count
AFTER DELETE ON prompt
BEGIN
    UPDATE prompt_total
    SET total = total - 1
    WHERE is_voice = (OLD.kind <> 'text');
END;
